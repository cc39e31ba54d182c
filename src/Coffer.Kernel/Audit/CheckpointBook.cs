using Coffer.Audit.Chain;
using Coffer.Barrier;
using Coffer.Kernel.Transactions;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Audit;

/// <summary>Writes the last checkpoint of each device into the store, behind the devices' backs: no request waits for it.</summary>
/// <remarks>One that could not be written is only missed: the next one takes its place.</remarks>
internal sealed class CheckpointBook(Transactor transactions, ILogger log)
{
    private readonly Lock _gate = new();
    private Dictionary<string, AuditMark> _waiting = new(StringComparer.Ordinal);
    private Task _writing = Task.CompletedTask;

    /// <summary>Ends when everything noted so far is written, or could not be.</summary>
    public Task Idle
    {
        get
        {
            lock (_gate)
            {
                return _writing;
            }
        }
    }

    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    public ValueTask<AuditCheckpoints> ReadAsync(CancellationToken cancellation) => AuditCheckpoints.ReadAsync(transactions.Begin(), cancellation);

    /// <summary>Notes a checkpoint that is on the disk. Returns at once.</summary>
    public void Note(string device, AuditMark mark)
    {
        lock (_gate)
        {
            var isFirst = _waiting.Count == 0;
            _waiting[device] = mark;
            if (isFirst)
            {
                _writing = AfterAsync(_writing);
            }
        }
    }

    private async Task AfterAsync(Task before)
    {
        await Task.Yield();
        await before;
        Dictionary<string, AuditMark> newer;
        lock (_gate)
        {
            newer = _waiting;
            _waiting = new Dictionary<string, AuditMark>(StringComparer.Ordinal);
        }

        try
        {
            await transactions.RunAsync(
                async work =>
                {
                    var table = await AuditTable.ReadAsync(work, CancellationToken.None);
                    var known = await AuditCheckpoints.ReadAsync(work, CancellationToken.None);
                    work.Put(AuditCheckpoints.StorageKey, known.With(newer, table), AuditJsonContext.Default.AuditCheckpoints);
                },
                CancellationToken.None);
        }
        catch (Exception error) when (error is StoreUnavailableException or BarrierException)
        {
            AuditDeviceLog.CheckpointNotStored(log, error);
        }
    }
}
