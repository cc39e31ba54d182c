using System.Buffers;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>
/// The key shares of an unseal key as operators hold them. One of one is the raw key, without a coordinate; otherwise each share
/// is <see cref="Shamir"/>'s, one byte longer than the key.
/// </summary>
public static class UnsealKeyShares
{
    /// <summary>What is said of text that is no share.</summary>
    public const string NotText = "'key' must be a valid hex or base64 string";

    /// <summary>Why a key cannot be split so, in the words Vault's clients know; null when it can.</summary>
    public static string? Problem(int shares, int threshold) => (shares, threshold) switch
    {
        ( < 1, _) => "shares must be at least one",
        ( > Limits.SharesMax, _) => "shares must be less than 256",
        (_, < 1) => "threshold must be at least one",
        _ when threshold > shares => "threshold cannot be larger than shares",
        ( > 1, 1) => "threshold must be greater than one for multiple shares",
        _ => null,
    };

    /// <summary>Why numbers from outside are none that <see cref="Problem"/> could judge; null when they are.</summary>
    public static string? RangeProblem(long shares, long threshold) => shares is < 0 or > Limits.SharesMax || threshold is < 0 or > Limits.SharesMax
        ? $"secret_shares and secret_threshold must be between 1 and {Limits.SharesMax}"
        : null;

    /// <summary>Bytes of one share of a 32-byte key: 32 for one of one, else 33.</summary>
    public static int ShareBytes(int shares) => shares == 1 ? Limits.KeyBytes : Limits.KeyBytes + 1;

    /// <summary>Splits an unseal key of 32 bytes. The caller disposes the shares.</summary>
    /// <exception cref="ArgumentException">The numbers are none that <see cref="Problem"/> lets pass, or the key is not 32 bytes.</exception>
    public static IReadOnlyList<SecretBytes> Split(SecretBytes key, int shares, int threshold, IRandom random)
    {
        if (Problem(shares, threshold) is { } problem)
        {
            throw new ArgumentException(problem, nameof(threshold));
        }

        if (key.Expose().Length != Limits.KeyBytes)
        {
            throw new ArgumentException($"the unseal key must have {Limits.KeyBytes} bytes", nameof(key));
        }

        return shares == 1 ? [SecretBytes.CopyOf(key.Expose())] : Shamir.Split(key, shares, threshold, random);
    }

    /// <summary>As <see cref="Split"/>, for handing the shares out: copies that nothing disposes.</summary>
    public static IReadOnlyList<byte[]> SplitToBytes(SecretBytes key, int shares, int threshold, IRandom random)
    {
        var split = Split(key, shares, threshold, random);
        var bytes = split.Select(share => share.Expose().ToArray()).ToArray();
        foreach (var share in split)
        {
            share.Dispose();
        }

        return bytes;
    }

    /// <summary>The key that the shares give: exactly one raw key, or two or more of <see cref="Shamir"/>'s shares.</summary>
    /// <exception cref="BarrierException"><see cref="BarrierProblem.KeyMaterial"/>: the shares cannot belong together.</exception>
    public static SecretBytes Combine(IReadOnlyList<SecretBytes> shares) => shares switch
    {
        [var only] when only.Expose().Length == Limits.KeyBytes => SecretBytes.CopyOf(only.Expose()),
        [_] => throw new BarrierException(BarrierProblem.KeyMaterial, $"a single key share must have {Limits.KeyBytes} bytes"),
        _ => Shamir.Combine(shares),
    };

    /// <summary>A share from its text, hex in either case or padded base64 (RFC 4648, section 4); null for anything else.</summary>
    /// <remarks>
    /// Text that is both is taken as hex, as Vault takes it. More than 1,024 characters are refused unread. Lengths in bytes are the business of
    /// <see cref="UnsealProgress"/>.
    /// </remarks>
    public static SecretBytes? Parse(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > TextMax)
        {
            return null;
        }

        using var buffer = new PinnedBuffer(text.Length);
        if (Convert.FromHexString(text, buffer.Span, out _, out var written) == OperationStatus.Done)
        {
            return SecretBytes.CopyOf(buffer.Span[..written]);
        }

        // The framework's decoder passes over white space; a share has one spelling in base64, so that is refused here.
        return !text.ContainsAny(" \t\r\n") && Convert.TryFromBase64Chars(text, buffer.Span, out written)
            ? SecretBytes.CopyOf(buffer.Span[..written])
            : null;
    }

    private const int TextMax = 1024;
}
