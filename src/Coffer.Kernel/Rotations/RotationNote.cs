namespace Coffer.Kernel.Rotations;

/// <summary>What the store keeps of a rotation that is under way and has been tried.</summary>
/// <param name="Next">The next try is not due before.</param>
public sealed record RotationNote(DateTimeOffset Next);
