using Coffer.Sdk.Storage;

namespace Coffer.Sdk.Engines;

/// <summary>A request while its row asks outside systems, before its handler runs.</summary>
public sealed class PrepareRequest : RequestView
{
    /// <summary>
    /// This mount's part of the store. What is read here is a condition of the request's commit: when it changes before that, the row is asked to prepare again.
    /// </summary>
    public required IStorageReader Storage { get; init; }
}
