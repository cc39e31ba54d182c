using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Sinks;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Audit;

/// <summary>Records every request before it runs and every answer before it leaves, or refuses both.</summary>
public interface IAuditLog : IAsyncDisposable
{
    /// <summary>Why requests are refused for want of a record, as seen at the last one; null when it was recorded.</summary>
    string? Problem { get; }

    /// <summary>Something takes entries, or refuses them. Where nothing does, no entry need be built.</summary>
    bool IsOn { get; }

    /// <summary>Looks which devices are enabled; to be called for each request, before its entry is built.</summary>
    /// <param name="work">The request's unit of work, through which it is read.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <returns><see cref="IsOn"/>.</returns>
    /// <exception cref="AuditUnavailableException">Something has happened before that must be recorded first, and none could record it.</exception>
    ValueTask<bool> IsOnAsync(UnitOfWork work, CancellationToken cancellation);

    /// <summary>Records a request that is about to run.</summary>
    /// <exception cref="AuditUnavailableException">Devices are enabled and none could record it.</exception>
    ValueTask RequestAsync(AuditEvent entry, CancellationToken cancellation);

    /// <summary>Records an answer that is about to leave.</summary>
    /// <exception cref="AuditUnavailableException">Devices are enabled and none could record it.</exception>
    ValueTask ResponseAsync(AuditEvent entry, CancellationToken cancellation);

    /// <summary>Takes over what happened before the devices were there. It is recorded now or, if none can, before the next request, which does not run without it.</summary>
    /// <param name="work">As of <see cref="IsOnAsync"/>.</param>
    /// <exception cref="AuditUnavailableException">Devices are enabled and none could record all of it by now.</exception>
    ValueTask PastAsync(UnitOfWork work, IReadOnlyList<AuditEvent> entries, CancellationToken cancellation);

    /// <summary>Whether a device could record: opens it and, unless its options say otherwise, writes a test entry.</summary>
    /// <param name="table">As it will be with the device.</param>
    /// <returns>What is wrong, for the client; null when all is well.</returns>
    ValueTask<string?> ProbeAsync(AuditTable table, AuditDevice device, CancellationToken cancellation);

    /// <summary>The table has been committed: from here on its devices record.</summary>
    ValueTask AdoptAsync(AuditTable table);

    /// <summary>The last line that a device wrote; null when it has not written since the server was unsealed.</summary>
    AuditMark? HeadOf(AuditDevice device);

    /// <summary>Every device reopens its file, after the files were moved away.</summary>
    void Reopen();
}
