using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Tasks;

/// <summary>How a run of a task ended.</summary>
/// <param name="Reply">For the request that waits for the run, if one does.</param>
public sealed record TaskOutcome(Reply Reply)
{
    /// <summary>When the next run is due. Null: when a handler asks for one.</summary>
    public DateTimeOffset? NextRun { get; private init; }

    /// <summary>Something is left to do: the kernel tries again, at first after ten seconds, later every five minutes.</summary>
    public bool IsUnfinished { get; private init; }

    /// <summary>Nothing is left to do.</summary>
    public static TaskOutcome Done(Reply reply) => new(reply);

    /// <summary>Done, and due again.</summary>
    public static TaskOutcome DueAgain(Reply reply, DateTimeOffset next) => new(reply) { NextRun = next };

    /// <summary>Something is left to do, of which the reply tells.</summary>
    public static TaskOutcome Unfinished(Reply reply) => new(reply) { IsUnfinished = true };
}
