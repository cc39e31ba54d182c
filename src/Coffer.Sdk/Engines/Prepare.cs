namespace Coffer.Sdk.Engines;

/// <summary>Asks outside systems what handlers need to know. Changes nothing, in the store or outside.</summary>
/// <exception cref="Leases.EngineException">An outside system refused or could not be reached: the request is refused with its message.</exception>
public delegate ValueTask<Preparation> Prepare(PrepareRequest request, CancellationToken cancellation);
