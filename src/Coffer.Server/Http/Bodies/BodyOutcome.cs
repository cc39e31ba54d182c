namespace Coffer.Server.Http.Bodies;

/// <summary>A body that was taken in, or why it was not.</summary>
internal abstract record BodyOutcome
{
    private BodyOutcome()
    {
    }

    public sealed record Taken(ReadOnlyMemory<byte> Bytes) : BodyOutcome;

    /// <param name="BytesMax">What may be sent here.</param>
    /// <param name="ForStrangers">The bound is that of requests without a token.</param>
    public sealed record TooLarge(long BytesMax, bool ForStrangers) : BodyOutcome;

    /// <summary>It holds more values than are taken from a sender without a good token.</summary>
    public sealed record TooMany : BodyOutcome;

    /// <summary>Not taken in, since the request will be refused whatever it says.</summary>
    public sealed record Withheld : BodyOutcome;

    /// <summary>Other bodies have used up the share.</summary>
    public sealed record Busy : BodyOutcome;
}
