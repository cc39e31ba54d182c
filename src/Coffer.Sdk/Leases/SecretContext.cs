using Coffer.Sdk.Storage;

namespace Coffer.Sdk.Leases;

/// <summary>What the three calls may use: committed configuration to read, and the time.</summary>
/// <param name="IssueTime">When the lease was made.</param>
public sealed record SecretContext(string LeaseId, MountView Mount, IStorageReader Storage, DateTimeOffset IssueTime, DateTimeOffset Now)
{
    /// <summary>As <see cref="Engines.EngineRequest.OwnerEnd"/>, at a renewal.</summary>
    public DateTimeOffset? OwnerEnd { get; init; }
}
