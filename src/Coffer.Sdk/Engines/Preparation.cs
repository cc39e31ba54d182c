using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Engines;

/// <summary>What came of asking outside systems: one of the cases below.</summary>
public abstract record Preparation
{
    private Preparation()
    {
    }

    /// <summary>There was nothing to ask.</summary>
    public static Preparation Nothing { get; } = new Ready(null);

    /// <summary>The handler runs and finds the value in <see cref="EngineRequest.Prepared{T}"/>.</summary>
    public static Preparation Of(object value) => new Ready(value);

    /// <summary>The handler does not run.</summary>
    public static Preparation Refuse(Reply.Refused reply) => new Refused(reply);

    /// <summary>The handler runs.</summary>
    /// <param name="Value">What it is given; null for nothing.</param>
    public sealed record Ready(object? Value) : Preparation;

    /// <summary>The request ends here, with a refusal. A failed login is one that names <see cref="Replies.Reply.Refused.FailedLogin"/>.</summary>
    public sealed record Refused(Reply.Refused Reply) : Preparation;
}
