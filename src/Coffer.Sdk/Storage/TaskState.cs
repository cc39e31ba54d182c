namespace Coffer.Sdk.Storage;

/// <summary>What is known of a task's runs for one argument.</summary>
/// <param name="Due">When the next run is due.</param>
public sealed record TaskState(DateTimeOffset Due)
{
    /// <summary>When the last run ended; null before the first.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>Why the last run was not finished; empty when it was.</summary>
    public string LastError { get; init; } = "";

    /// <summary>Runs in a row that were not finished.</summary>
    public int Failures { get; init; }
}
