namespace Coffer.Kernel.Seal;

/// <summary>What came of a key share: a problem, or none.</summary>
/// <param name="Problem">Why the share was refused; null when it was taken.</param>
public readonly record struct UnsealStep(string? Problem);
