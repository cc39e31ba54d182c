using Coffer.Audit.Sinks;
using Coffer.Barrier;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Background;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Headers;
using Coffer.Kernel.Metrics;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Kernel.Versions;
using Coffer.Sdk.Primitives;
using Coffer.Storage;

namespace Coffer.Kernel.Hosting;

/// <summary>Everything that exists only while the server is unsealed: keys, caches, the pipeline and the background work. Disposing it is sealing.</summary>
/// <remarks>
/// At the end, background work is cancelled at once. Requests may go on for <see cref="GraceTime"/> and are then cancelled; sealing waits
/// <see cref="AbortTime"/> more for them. What still runs after that has neither store, audit log nor keys.
/// </remarks>
internal sealed class ActiveServer : IAsyncDisposable
{
    /// <summary>How long requests may go on once sealing has begun.</summary>
    public static readonly TimeSpan GraceTime = TimeSpan.FromSeconds(10);

    /// <summary>How long sealing waits for requests that it has cancelled.</summary>
    public static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(20);

    private readonly KernelOptions _options;
    private readonly InstanceStore _store;
    private readonly UnsealedKeys _keys;
    private readonly Composition _parts;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly EntryGate _gate = new();

    private ActiveServer(KernelOptions options, IServerControl control, InstanceStore store, UnsealedKeys keys, ClusterIdentity cluster, KernelClock clock)
    {
        _options = options;
        _store = store;
        _keys = keys;
        ClusterName = cluster.Name;
        ClusterId = cluster.Id;
        _parts = new Composition(options with { Store = store }, clock, control, keys, _stop.Token, _abort.Token);
        if (Quarantine.Problem is { } older)
        {
            HostLog.OlderCopy(options.Log, older);
        }

        _parts.Scheduler.Start();
    }

    /// <summary>As <see cref="Scheduler.IsIdle"/>.</summary>
    public bool IsIdle => _parts.Scheduler.IsIdle;

    public Quarantine Quarantine => _parts.Quarantine;

    /// <summary>What it works with, for tests that look at what a mount has stored.</summary>
    public Composition Parts => _parts;

    public MetricsReport Metrics => _parts.Metrics;

    /// <summary>As <see cref="Audit.IAuditLog.Problem"/>.</summary>
    public string? AuditProblem => _parts.Audit.Problem;

    public string ClusterName { get; }

    public string ClusterId { get; }

    /// <summary>Opens the store's register and the entries that everything else needs, and starts the background work.</summary>
    public static async ValueTask<ActiveServer> StartAsync(
        KernelOptions options, KernelClock clock, IServerControl control, StoredKeyring stored, SecretBytes rootKey, CancellationToken cancellation)
    {
        var cipher = new EntryCipher(stored.Ring, options.Random);
        try
        {
            var transactions = new Transactor(options.Store, cipher, options.Clock, options.Random);
            var tokenKey = await transactions.Begin().GetAsync(TokenKeys.HashKey, cancellation)
                ?? throw new StoreUnavailableException("the key of the token store is missing; restore the store from a backup");
            await EntryRegister.OpenAsync(options.Condition, tokenKey.Span, cancellation);
            await CountedCheckpoints.CompareAsync(options, transactions, cancellation);
            return await StartAsync(options, clock, control, cipher, transactions, tokenKey, rootKey, cancellation);
        }
        catch
        {
            if (new Quarantine(options.Condition).Problem is { } problem)
            {
                // The older copy may be the reason why nothing opens.
                HostLog.OlderCopy(options.Log, problem);
            }

            // A server that stays sealed keeps no key, and nothing that was decrypted.
            options.Store.ForgetDecoded();
            cipher.Dispose();
            rootKey.Dispose();
            await EntryRegister.CloseAsync(options.Condition);
            throw;
        }
    }

    private static async ValueTask<ActiveServer> StartAsync(
        KernelOptions options, KernelClock clock, IServerControl control, EntryCipher cipher, Transactor transactions, ReadOnlyMemory<byte> tokenKey, SecretBytes rootKey, CancellationToken cancellation)
    {
        if (await ClockNote.ReadAsync(transactions.Begin(), cancellation) is { } last)
        {
            clock.Resume(last);
        }

        await NoteVersionAsync(options, transactions, cancellation);
        await Initialization.AddMissingMountsAsync(transactions, options.Random, cancellation);
        var cluster = await transactions.Begin().GetAsync(Initialization.ClusterKey, HostingJsonContext.Default.ClusterIdentity, cancellation)
            ?? new ClusterIdentity("", "");
        await AuditDeclaration.ApplyAsync(
            new Transactor(options.Store, cipher, options.Clock, options.Random), options.Audit, options.Random, options.Log, cancellation);
        return new ActiveServer(options, control, new InstanceStore(options.Store), new UnsealedKeys(rootKey, cipher, new HmacKey(tokenKey.Span)), cluster, clock);
    }

    /// <summary>A store that takes no writes is opened all the same: revocations matter more than a line of history.</summary>
    private static async ValueTask NoteVersionAsync(KernelOptions options, Transactor transactions, CancellationToken cancellation)
    {
        try
        {
            await VersionHistory.NoteAsync(transactions, options.Version, options.Clock.GetUtcNow(), cancellation);
        }
        catch (StoreUnavailableException error)
        {
            HostLog.VersionNotStored(options.Log, error);
        }
    }

    /// <summary>
    /// Records what happened on the way here. A server is unsealed even if no device can record it; the next request then waits until one can. Any other failure ends this
    /// instance.
    /// </summary>
    public async ValueTask RecordPastAsync(IReadOnlyList<AuditEvent> entries, CancellationToken cancellation)
    {
        try
        {
            await _parts.Audit.PastAsync(_parts.Transactions.Begin(), entries, cancellation);
        }
        catch (AuditUnavailableException error)
        {
            HostLog.UnsealNotRecorded(_options.Log, error);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a request; null when the server is being sealed.</summary>
    public async ValueTask<ApiReply?> TryHandleAsync(RunningRequest request, CancellationToken cancellation)
    {
        if (!_gate.TryEnter())
        {
            return null;
        }

        try
        {
            if (Quarantine.RefusalOf(request.Request) is { } refused)
            {
                return refused;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _abort.Token);
            return await _parts.Pipeline.HandleAsync(request, either.Token);
        }
        catch (Exception error) when (_abort.IsCancellationRequested && IsOfTheEnd(error) && !cancellation.IsCancellationRequested)
        {
            return ApiReply.From(Refusals.Sealing);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // A call to an outside system ended with the seal. What it was about is durable, and taken up at the next unseal.
            return null;
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>As <see cref="MetricsReport.UsageAsync"/>, for the gauges.</summary>
    /// <returns>False when the server is being sealed.</returns>
    public ValueTask<bool> TryCountForGaugesAsync(CancellationToken cancellation) => InsideAsync(
        async () =>
        {
            await _parts.Metrics.UsageAsync(cancellation);
            return true;
        },
        otherwise: false);

    /// <summary>As <see cref="CorsSettings.ReadAsync"/>; null as well when the server is being sealed.</summary>
    public ValueTask<CorsSettings?> CorsAsync(CancellationToken cancellation) =>
        InsideAsync(() => CorsSettings.ReadAsync(_parts.Transactions.Begin(), cancellation), otherwise: null);

    /// <summary>As <see cref="BodyGate.SenderOfAsync"/>; refused when the server is being sealed.</summary>
    public ValueTask<BodySender> SenderOfAsync(ApiRequest head, CancellationToken cancellation) =>
        InsideAsync(() => _parts.BodyGate.SenderOfAsync(head, cancellation), BodySender.Refused);

    /// <summary>As <see cref="BodyGate.TakesRawAsync"/>; false when the server is being sealed.</summary>
    public ValueTask<bool> TakesRawAsync(ApiRequest head, CancellationToken cancellation) =>
        InsideAsync(() => _parts.BodyGate.TakesRawAsync(head, cancellation), otherwise: false);

    /// <summary>As <see cref="LeaseRevoker.EndUndeliveredAsync"/>.</summary>
    /// <returns>False when the server is being sealed.</returns>
    public ValueTask<bool> TryEndUndeliveredAsync(Entrusted entrusted) => InsideAsync(
        async () =>
        {
            await _parts.Revoker.EndUndeliveredAsync(entrusted, CancellationToken.None);
            return true;
        },
        otherwise: false);

    /// <summary>Audit devices close their files and open them again.</summary>
    public void ReopenAudit() => _parts.Audit.Reopen();

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        var work = Task.WhenAll(_gate.CloseAsync(), _parts.Scheduler.StopAsync());
        var ended = await EndsWithinAsync(work, GraceTime);
        if (!ended)
        {
            _abort.Cancel();
            ended = await EndsWithinAsync(work, AbortTime);
            if (!ended)
            {
                HostLog.LeftBehind(_options.Log);
            }
        }

        var engines = _parts.Routers.EndAsync();
        if (ended)
        {
            // Nothing runs on them, so their key material is cleared before the seal is over.
            await engines;
        }

        await _parts.Audit.DisposeAsync();
        await StoreCountsAsync();
        await _parts.ClockUpkeep.StoreAsync();
        _store.End();
        await EntryRegister.CloseAsync(_options.Condition);
        _store.ForgetDecoded();
        _parts.Dispose();
        _keys.Dispose();
        _stop.Dispose();
        _abort.Dispose();
    }

    /// <summary>Runs what is not a request, for the server around the kernel.</summary>
    private async ValueTask<T> InsideAsync<T>(Func<ValueTask<T>> run, T otherwise)
    {
        if (!_gate.TryEnter())
        {
            return otherwise;
        }

        try
        {
            return await run();
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>What work throws that is cancelled, or that goes on without store, audit log and keys.</summary>
    private static bool IsOfTheEnd(Exception error) =>
        error is OperationCanceledException or StoreUnavailableException or AuditUnavailableException or ObjectDisposedException;

    /// <returns>False when the time was over first.</returns>
    private async Task<bool> EndsWithinAsync(Task work, TimeSpan time)
    {
        using var ended = new CancellationTokenSource();
        var first = await Task.WhenAny(work, Task.Delay(time, _options.Clock, ended.Token));
        ended.Cancel();
        return first == work;
    }

    /// <summary>The last thing the keys are used for.</summary>
    private async ValueTask StoreCountsAsync()
    {
        try
        {
            await _parts.Keys.StoreCountsAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is StoreUnavailableException or BarrierException)
        {
            HostLog.KeyUseNotStored(_options.Log, error);
        }
    }
}
