using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Seal;

/// <summary>A server from empty to unsealed, as far as the paths reach it that answer on a sealed server too.</summary>
internal interface ISealControl
{
    /// <summary>True when no key is in memory.</summary>
    bool IsSealed { get; }

    /// <summary>Whether the store holds a Coffer already. Reads one entry; takes no lock.</summary>
    ValueTask<bool> IsInitializedAsync(CancellationToken cancellation);

    /// <summary>Creates keys, root token and first mounts in an empty store.</summary>
    /// <returns>Null when the store is initialised already.</returns>
    ValueTask<InitResult?> InitializeAsync(InitRequest request, CancellationToken cancellation);

    /// <summary>Takes a key share.</summary>
    /// <param name="request">Whose audit entry it becomes.</param>
    ValueTask<UnsealStep> UnsealAsync(string share, ApiRequest request, CancellationToken cancellation);

    /// <summary>Forgets the shares given so far.</summary>
    /// <param name="request">Whose audit entry it becomes.</param>
    ValueTask ResetUnsealAsync(ApiRequest request, CancellationToken cancellation);

    /// <summary>How far unsealing has come.</summary>
    ValueTask<SealStatus> StatusAsync(CancellationToken cancellation);

    /// <summary>Whether a start opens it without an operator: a static key is configured, and the store has a slot for one.</summary>
    ValueTask<bool> UnsealsItselfAsync(CancellationToken cancellation);

    /// <summary>What keeps an unsealed server from serving, a sentence each. Empty when all is well.</summary>
    IEnumerable<string> Problems();

    /// <summary>What an operator should know of, a sentence each, though everything is served.</summary>
    IEnumerable<string> Warnings();
}
