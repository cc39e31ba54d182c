namespace Coffer.Cli.Flags;

/// <summary>A flag that does not exist, lacks its value, or whose value cannot be read.</summary>
internal sealed class FlagException(string message) : Exception(message)
{
    /// <summary>The name that is no flag of the command; null for other faults.</summary>
    public string? UnknownName { get; init; }
}
