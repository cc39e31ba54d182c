namespace Coffer.Kernel.Background;

/// <summary>
/// Work that an unsealed server does by itself, without a request. It has no thread and no timer of its own: the <see cref="Scheduler"/> runs it step by step.
/// </summary>
/// <remarks>
/// The scheduler runs one step of one work at a time, and the steps of different works side by side. A step is short: what waits for an outside system goes on
/// beside later steps, as an effect that is handed to <see cref="Effects"/>. What has to survive a crash is in the store, not in the object.
/// </remarks>
internal interface IBackgroundWork
{
    /// <summary>What the log calls it, such as <c>janitor</c>.</summary>
    string Name { get; }

    /// <summary>Brings the next step forward.</summary>
    DueSignal Due { get; }

    /// <summary>True for work that waits until an operator has released the store from quarantine.</summary>
    bool WaitsForRelease { get; }

    /// <summary>How long after a step that failed the next one runs. Signals do not shorten this pause.</summary>
    TimeSpan RetryAfter { get; }

    /// <summary>Does what is due.</summary>
    /// <param name="now">The kernel's time.</param>
    /// <param name="cancellation">Cancelled at seal.</param>
    /// <returns>
    /// When the next step is due, in the kernel's time, if no signal comes first. <see cref="DateTimeOffset.MaxValue"/> to wait for a signal; any time up to
    /// <paramref name="now"/> for another step at once.
    /// </returns>
    ValueTask<DateTimeOffset> StepAsync(DateTimeOffset now, CancellationToken cancellation);
}
