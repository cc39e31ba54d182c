using System.Security.Cryptography;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>
/// Shamir's secret sharing over <see cref="Gf256"/>, byte by byte. A share is the polynomials' values at its x coordinate, one a byte of the secret,
/// followed by that coordinate: the format of Vault's key shares.
/// </summary>
/// <remarks>
/// Nothing in a share tells whether it is genuine: wrong shares combine into a wrong secret, so the caller must be able to test the result.
/// </remarks>
public static class Shamir
{
    /// <summary>Splits a secret so that any <paramref name="threshold"/> of the shares give it back and fewer tell nothing.</summary>
    /// <param name="secret">One byte or more.</param>
    /// <param name="parts">Number of shares, 2 to 255.</param>
    /// <param name="threshold">Shares needed, 2 to <paramref name="parts"/>.</param>
    /// <param name="random">Source of the coefficients and coordinates.</param>
    /// <returns>The shares, in random order of coordinates; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The secret is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static IReadOnlyList<SecretBytes> Split(SecretBytes secret, int parts, int threshold, IRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, Limits.SharesMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, parts);
        var bytes = secret.Expose();
        if (bytes.IsEmpty)
        {
            throw new ArgumentException("an empty secret cannot be split", nameof(secret));
        }

        // Coefficients are uniform, the highest included: a polynomial of forced degree would tell that some secrets are impossible.
        using var coefficients = SecretBytes.Random(bytes.Length * (threshold - 1), random);
        Span<byte> coordinates = stackalloc byte[Limits.SharesMax];
        Shuffle(coordinates, random);

        using var share = new PinnedBuffer(bytes.Length + 1);
        var shares = new SecretBytes[parts];
        for (var part = 0; part < parts; part++)
        {
            var x = coordinates[part];
            for (var i = 0; i < bytes.Length; i++)
            {
                share.Span[i] = Evaluate(bytes[i], coefficients.Expose().Slice(i * (threshold - 1), threshold - 1), x);
            }

            share.Span[^1] = x;
            shares[part] = SecretBytes.CopyOf(share.Span);
        }

        return shares;
    }

    /// <summary>The secret that the shares lie on. Wrong or too few shares give a wrong secret, not an error.</summary>
    /// <param name="shares">Two or more, of equal length, with distinct and non-zero coordinates.</param>
    /// <exception cref="BarrierException"><see cref="BarrierProblem.KeyMaterial"/>: the shares cannot belong together.</exception>
    public static SecretBytes Combine(IReadOnlyList<SecretBytes> shares)
    {
        if (Mismatch(shares) is { } mismatch)
        {
            throw new BarrierException(BarrierProblem.KeyMaterial, mismatch);
        }

        using var secret = new PinnedBuffer(shares[0].Expose().Length - 1);
        for (var part = 0; part < shares.Count; part++)
        {
            var share = shares[part].Expose();
            var weight = WeightAtZero(shares, part);
            for (var i = 0; i < secret.Span.Length; i++)
            {
                secret.Span[i] ^= Gf256.Multiply(share[i], weight);
            }
        }

        return SecretBytes.CopyOf(secret.Span);
    }

    /// <summary>Why these shares cannot be combined, or null.</summary>
    private static string? Mismatch(IReadOnlyList<SecretBytes> shares)
    {
        if (shares.Count is < 2 or > Limits.SharesMax)
        {
            return $"got {shares.Count} key shares, expected 2 to {Limits.SharesMax}";
        }

        var length = shares[0].Expose().Length;
        Span<bool> seen = stackalloc bool[256];
        foreach (var share in shares)
        {
            var bytes = share.Expose();
            if (bytes.Length != length || length < 2)
            {
                return "the key shares must all have the same length, at least 2 bytes";
            }

            // A coordinate tells nothing about the secret, so it may be looked at and used as an index.
            var x = bytes[^1];
            if (x == 0)
            {
                return "a key share has the coordinate 0, which no split gives";
            }

            if (seen[x])
            {
                return "two of the key shares have the same coordinate";
            }

            seen[x] = true;
        }

        return null;
    }

    /// <summary>Lagrange's basis polynomial of one share, at x = 0.</summary>
    private static byte WeightAtZero(IReadOnlyList<SecretBytes> shares, int part)
    {
        var own = shares[part].Expose()[^1];
        byte numerator = 1;
        byte denominator = 1;
        for (var i = 0; i < shares.Count; i++)
        {
            if (i == part)
            {
                continue;
            }

            var other = shares[i].Expose()[^1];
            numerator = Gf256.Multiply(numerator, other);
            denominator = Gf256.Multiply(denominator, (byte)(other ^ own));
        }

        return Gf256.Multiply(numerator, Gf256.Invert(denominator));
    }

    /// <summary>The polynomial's value, by Horner's rule; the coefficients stand from the lowest power up, the constant apart.</summary>
    private static byte Evaluate(byte constant, ReadOnlySpan<byte> coefficients, byte x)
    {
        byte value = 0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            value = Gf256.Multiply((byte)(value ^ coefficients[i]), x);
        }

        return (byte)(value ^ constant);
    }

    /// <summary>Fills with 1..255 in random order (Fisher and Yates).</summary>
    private static void Shuffle(Span<byte> coordinates, IRandom random)
    {
        for (var i = 0; i < coordinates.Length; i++)
        {
            coordinates[i] = (byte)(i + 1);
        }

        for (var last = coordinates.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1, random);
            (coordinates[last], coordinates[other]) = (coordinates[other], coordinates[last]);
        }
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1, every one as likely.</summary>
    private static int Below(int bound, IRandom random)
    {
        Span<byte> one = stackalloc byte[1];
        var fair = 256 - (256 % bound);
        do
        {
            random.Fill(one);
        }
        while (one[0] >= fair);

        var number = one[0] % bound;
        CryptographicOperations.ZeroMemory(one);
        return number;
    }
}
