namespace Coffer.Kernel.Clocks;

/// <summary>The clock of one outside system, held against the system's own.</summary>
/// <param name="Name">Such as the host of its endpoint.</param>
/// <param name="Ahead">The system's time less that of the outside system: negative when the system's clock is behind.</param>
/// <param name="Age">How long ago it was heard.</param>
/// <param name="Agrees">False when the difference is one to be said.</param>
public sealed record OutsideClock(string Name, TimeSpan Ahead, TimeSpan Age, bool Agrees);
