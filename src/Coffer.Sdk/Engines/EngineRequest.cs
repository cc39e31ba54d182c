using Coffer.Sdk.Storage;

namespace Coffer.Sdk.Engines;

/// <summary>A request as a handler sees it, inside the unit of work whose commit is the request's.</summary>
public class EngineRequest : RequestView
{
    /// <summary>This mount's part of the store, inside the request's unit of work.</summary>
    public required IStorageView Storage { get; init; }

    /// <summary>
    /// The id that a lease planned by this request will have. Its last part begins with time and is unguessable, so names at outside systems can be
    /// derived from it.
    /// </summary>
    public string LeaseId { get; init; } = "";

    /// <summary>
    /// The moment that no renewal takes the owner of a lease beyond, and so no lease that this request plans. Null where there is none, or where nobody owns it.
    /// </summary>
    public DateTimeOffset? OwnerEnd { get; init; }

    /// <summary>What earlier runs of the handler for this request have worked out.</summary>
    public RequestMemory Memory { get => field ??= new RequestMemory(); init; }

    /// <summary>What the row's <see cref="EnginePath.Prepare"/> found; null where it found nothing.</summary>
    public virtual object? PreparedValue { get; init; }

    /// <summary>What the row's <see cref="EnginePath.Prepare"/> found.</summary>
    /// <exception cref="InvalidOperationException">It found nothing, or something of another type: a mistake in the engine.</exception>
    public T Prepared<T>()
        where T : class => PreparedValue as T ?? throw new InvalidOperationException($"nothing of type {typeof(T).Name} was prepared for this request");
}
