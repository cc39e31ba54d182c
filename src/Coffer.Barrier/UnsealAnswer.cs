using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>What became of one key share that was given.</summary>
public abstract record UnsealAnswer
{
    private UnsealAnswer()
    {
    }

    /// <summary>The share counts; more are needed.</summary>
    /// <param name="Progress">Distinct shares held now.</param>
    public sealed record Progressed(int Progress) : UnsealAnswer;

    /// <summary>The same share was given before in this attempt; nothing changed.</summary>
    /// <param name="Progress">Distinct shares held, as before.</param>
    public sealed record Duplicate(int Progress) : UnsealAnswer;

    /// <summary>The threshold is reached and the shares combine. Nothing is held any longer; whether the key is right, only a key slot can tell.</summary>
    /// <param name="Key">The caller disposes it.</param>
    public sealed record Complete(SecretBytes Key) : UnsealAnswer;

    /// <summary>The share was not taken.</summary>
    /// <param name="Reason">Fit for the client: names lengths, never contents.</param>
    /// <param name="ProgressLost">True when the threshold was reached by shares that cannot belong together: the attempt starts again.</param>
    public sealed record Refused(string Reason, bool ProgressLost) : UnsealAnswer;
}
