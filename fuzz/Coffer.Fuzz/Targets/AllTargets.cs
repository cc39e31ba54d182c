namespace Coffer.Fuzz.Targets;

/// <summary>Every target there is.</summary>
internal static class AllTargets
{
    public static IReadOnlyList<FuzzTarget> List { get; } = [.. TextTargets.All, .. ByteTargets.All, .. ServerTargets.All];
}
