using Coffer.Barrier;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Seal;

/// <summary>The words in which an operation that share holders must agree to refuses a share, as Vault's clients know them.</summary>
/// <param name="Operation">In "nonce for this … operation".</param>
/// <param name="Repeated">In "already been provided during this … operation".</param>
/// <param name="LengthPrefix">Before what is said of a share's length.</param>
internal sealed record ShareWords(string Operation, string Repeated, string LengthPrefix)
{
    public static ShareWords RootGeneration { get; } = new("root generation", "generation", "invalid key: ");

    public static ShareWords Rekey { get; } = new("rekey", "generation", "");

    public static ShareWords Verification { get; } = new("verify", "verify", "");
}

/// <summary>What became of a share.</summary>
internal abstract record ShareAnswer
{
    private ShareAnswer()
    {
    }

    /// <summary>Taken; more are needed.</summary>
    public sealed record More : ShareAnswer;

    /// <summary>Not taken, and nothing changed.</summary>
    public sealed record Refused(string Reason) : ShareAnswer;

    /// <summary>Enough shares, which together open nothing; the round is at its beginning again.</summary>
    public sealed record Wrong : ShareAnswer;

    /// <summary>Enough shares, and they open the slot.</summary>
    public sealed record Agreed : ShareAnswer;
}

/// <summary>
/// Collects the shares of a key slot for one operation, and says whether their holders agree. Not for several threads at once.
/// </summary>
internal sealed class ShareRound : IDisposable
{
    private readonly ShareWords _words;
    private readonly KeySlot _slot;
    private readonly UnsealProgress _progress;

    /// <param name="words">How refusals read.</param>
    /// <param name="slot">A Shamir slot.</param>
    /// <param name="random">Source of the nonce.</param>
    public ShareRound(ShareWords words, KeySlot slot, IRandom random)
    {
        _words = words;
        _slot = slot;
        _progress = new UnsealProgress(slot.Shares!.Value, slot.Threshold!.Value, random, words.LengthPrefix);
        Nonce = random.Uuid();
    }

    /// <summary>Names the operation to those who take part.</summary>
    public string Nonce { get; }

    public int Progress => _progress.Progress;

    public int Required => _progress.Threshold;

    /// <summary>Takes a share that comes with this operation's nonce.</summary>
    public ShareAnswer Give(string key, string nonce)
    {
        if (key.Length == 0)
        {
            return new ShareAnswer.Refused("'key' must be specified in request body as JSON");
        }

        using var share = UnsealKeyShares.Parse(key);
        if (share is null)
        {
            return new ShareAnswer.Refused(UnsealKeyShares.NotText);
        }

        if (nonce != Nonce)
        {
            return new ShareAnswer.Refused($"incorrect nonce supplied; nonce for this {_words.Operation} operation is \"{Nonce}\"");
        }

        switch (_progress.Give(share.Expose()))
        {
            case UnsealAnswer.Complete complete:
                using (complete.Key)
                using (var opened = _slot.Open(complete.Key))
                {
                    return opened is null ? new ShareAnswer.Wrong() : new ShareAnswer.Agreed();
                }

            case UnsealAnswer.Duplicate:
                return new ShareAnswer.Refused($"given key has already been provided during this {_words.Repeated} operation");
            case UnsealAnswer.Refused { ProgressLost: true }:
                return new ShareAnswer.Wrong();
            case UnsealAnswer.Refused refused:
                return new ShareAnswer.Refused(refused.Reason);
            default:
                return new ShareAnswer.More();
        }
    }

    public void Dispose() => _progress.Dispose();
}
