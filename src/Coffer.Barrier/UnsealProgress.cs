using System.Security.Cryptography;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>
/// Collects key shares until there are enough: for unsealing, and for every other operation that asks for a quorum of share holders.
/// Pure: no store, no clock. Not for several threads at once; the owner serialises.
/// </summary>
/// <remarks>An attempt has a nonce from its first share to its end, so that share holders can tell whether they take part in the same one.</remarks>
public sealed class UnsealProgress : IDisposable
{
    private readonly IRandom _random;
    private readonly string _lengthPrefix;
    private readonly List<SecretBytes> _held = [];

    /// <param name="shares">Shares that the key was split into, 1 to 255.</param>
    /// <param name="threshold">Shares needed.</param>
    /// <param name="random">Source of the nonces.</param>
    /// <param name="lengthPrefix">Stands before what is said of a share's length: operations differ in it.</param>
    /// <exception cref="ArgumentException">The numbers are none that <see cref="UnsealKeyShares.Problem"/> lets pass.</exception>
    public UnsealProgress(int shares, int threshold, IRandom random, string lengthPrefix = "invalid key: ")
    {
        if (UnsealKeyShares.Problem(shares, threshold) is { } problem)
        {
            throw new ArgumentException(problem, nameof(threshold));
        }

        Shares = shares;
        Threshold = threshold;
        _random = random;
        _lengthPrefix = lengthPrefix;
    }

    public int Shares { get; }

    public int Threshold { get; }

    /// <summary>Distinct shares held, below <see cref="Threshold"/>.</summary>
    public int Progress => _held.Count;

    /// <summary>Names the attempt under way; empty when there is none.</summary>
    public string Nonce { get; private set; } = "";

    /// <summary>Takes a share as text, see <see cref="UnsealKeyShares.Parse"/>.</summary>
    public UnsealAnswer Give(ReadOnlySpan<char> text)
    {
        using var share = UnsealKeyShares.Parse(text);
        return share is null ? new UnsealAnswer.Refused(UnsealKeyShares.NotText, ProgressLost: false) : Give(share.Expose());
    }

    /// <summary>Takes a share. What is kept is a copy, zeroed when the attempt ends in whatever way.</summary>
    public UnsealAnswer Give(ReadOnlySpan<byte> share)
    {
        if (LengthProblem(share.Length) is { } problem)
        {
            return new UnsealAnswer.Refused(problem, ProgressLost: false);
        }

        foreach (var held in _held)
        {
            if (CryptographicOperations.FixedTimeEquals(held.Expose(), share))
            {
                return new UnsealAnswer.Duplicate(Progress);
            }
        }

        if (_held.Count == 0)
        {
            Nonce = _random.Uuid();
        }

        _held.Add(SecretBytes.CopyOf(share));
        return Progress < Threshold ? new UnsealAnswer.Progressed(Progress) : Finish();
    }

    /// <summary>Forgets the attempt: shares zeroed, progress 0, no nonce. Fine at any time.</summary>
    public void Reset()
    {
        foreach (var held in _held)
        {
            held.Dispose();
        }

        _held.Clear();
        Nonce = "";
    }

    public void Dispose() => Reset();

    private UnsealAnswer Finish()
    {
        try
        {
            return new UnsealAnswer.Complete(UnsealKeyShares.Combine(_held));
        }
        catch (BarrierException mismatch)
        {
            return new UnsealAnswer.Refused(mismatch.Message, ProgressLost: true);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Vault's bounds and words where it has them. What lies between them can only fail at the threshold there, so it is refused at once here.</summary>
    private string? LengthProblem(int length)
    {
        var expected = UnsealKeyShares.ShareBytes(Shares);
        return length switch
        {
            < LengthMin => $"{_lengthPrefix}key is shorter than minimum {LengthMin} bytes",
            > LengthMax => $"{_lengthPrefix}key is longer than maximum {LengthMax} bytes",
            _ when length != expected => $"{_lengthPrefix}key is {length} bytes, expected {expected} bytes",
            _ => null,
        };
    }

    private const int LengthMin = 16;
    private const int LengthMax = Limits.KeyBytes + 1;
}
