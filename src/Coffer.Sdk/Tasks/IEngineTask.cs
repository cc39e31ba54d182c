using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Tasks;

/// <summary>
/// Work of an engine outside any request: a change that takes several steps at an outside system with commits between them, such as replacing a key; or what is
/// due at a time, such as tidying.
/// </summary>
/// <remarks>
/// A run is due when a handler answers <see cref="Reply.Run"/>, at the time that <see cref="Storage.IStorageView.ScheduleAsync"/> has set, or at the one that the
/// run before has named. That is in the store from the commit on, so a run that a crash or a seal cut off is begun again. There is one run at a time for each
/// argument; a run that is under way when another is asked for answers for both, so its last commit decides whether anything is left to do.
/// </remarks>
public interface IEngineTask
{
    /// <summary>Stored while a run is due; never changed once released. Without a slash.</summary>
    string Name { get; }

    /// <summary>How long after its mount was made the first run without an argument is due. Null: when a handler says so.</summary>
    TimeSpan? FirstRunAfter => null;

    /// <summary>
    /// Longest that one run may take. It is then cancelled, counts as unfinished and is tried again, so that an outside system which hangs does not take the places of
    /// a mount's other runs.
    /// </summary>
    TimeSpan RunTimeMax => TimeSpan.FromMinutes(10);

    /// <summary>Goes on from wherever the stored state says.</summary>
    /// <exception cref="Leases.EngineException">It is tried again, as with <see cref="TaskOutcome.Unfinished"/>.</exception>
    ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation);
}
