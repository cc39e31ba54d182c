namespace Coffer.Server.Http.Answers;

/// <summary>How much of answers is held at once, in bytes, and how long a client may take over one.</summary>
internal static class AnswerLimits
{
    /// <summary>An answer of no more than this is not counted: the connection's own buffers take it.</summary>
    public const int UncountedBytes = 64 * 1024;

    /// <summary>An answer is handed to the connection in pieces of this size, the next when the client has taken what came before.</summary>
    public const int PieceBytes = 64 * 1024;

    /// <summary>All larger answers together, unless a listener's largest body needs more.</summary>
    public const long BytesMax = 64 * 1024 * 1024;

    /// <summary>What an answer may be longer than the body that stored it: the envelope, names and escapes around it.</summary>
    public const long EnvelopeBytes = 1024 * 1024;

    /// <summary>How long a large answer waits until others are sent, before 503 takes its place.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may take over one piece of a large answer.</summary>
    public static readonly TimeSpan PieceTime = TimeSpan.FromSeconds(30);

    /// <summary>A large answer as a whole is taken at least this fast, in bytes a second, beyond one <see cref="PieceTime"/>.</summary>
    public const int RateMin = 32 * 1024;

    /// <summary>How long a client may take over all of a large answer.</summary>
    public static TimeSpan TimeFor(long bytes) => PieceTime + TimeSpan.FromSeconds((double)bytes / RateMin);
}
