namespace Coffer.Kernel.Clocks;

/// <summary>A difference between the system's clock and the kernel's own time that is too large to be followed without more ado.</summary>
/// <param name="By">System time less kernel time: positive after a step forward.</param>
/// <param name="Noticed">When, in kernel time.</param>
/// <param name="Stamp">When, on the steady clock.</param>
/// <param name="Origin">What it was measured against.</param>
public sealed record ClockStep(TimeSpan By, DateTimeOffset Noticed, long Stamp, ClockStepOrigin Origin);

/// <summary>What the system's clock was compared with.</summary>
public enum ClockStepOrigin
{
    /// <summary>The steady clock of the running process.</summary>
    SteadyClock,

    /// <summary>The time that the store holds from the last life of the server.</summary>
    Store,
}
