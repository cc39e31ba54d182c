using System.Runtime.ExceptionServices;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;

namespace Coffer.Testing.Engines;

/// <summary>What the engine did in one request. Belongs to that request, so requests may run at the same time.</summary>
internal sealed class Ask
{
    private CountedView? _view;
    private bool _handled = true;

    /// <summary>Whether the engine is kept from making the secret that it has planned.</summary>
    public bool OnlyPlans { get; init; }

    /// <summary>What the handler said last.</summary>
    public Reply? Reply { get; private set; }

    public Operation Operation { get; private set; }

    public string LeaseId { get; private set; } = "";

    /// <summary>The context of the kernel's call that makes the secret; null when it made no such call.</summary>
    public SecretContext? Secret { get; set; }

    public CreatedSecret? Created { get; set; }

    /// <summary>Why the secret was not made.</summary>
    public ExceptionDispatchInfo? Failure { get; set; }

    /// <summary>Runs of the handler.</summary>
    public int Runs { get; private set; }

    /// <summary>What the last try asked of the engine's storage.</summary>
    public (int Gets, int Lists, int Puts, int Deletes) Cost => _view?.Cost ?? default;

    /// <summary>The storage of a try, counted. The kernel may ask whether an entry exists before it runs the handler, in the same try.</summary>
    public CountedView Count(IStorageView storage, SharedInstances shared, bool isHandler)
    {
        _view = new CountedView(storage, shared, _handled ? null : _view);
        _handled = isHandler;
        return _view;
    }

    public void Note(EngineRequest request, Reply reply)
    {
        (Reply, Operation, LeaseId) = (reply, request.Operation, request.LeaseId);
        Runs++;
    }
}
