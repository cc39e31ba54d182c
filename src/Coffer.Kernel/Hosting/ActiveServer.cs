using System.Collections.Immutable;
using Coffer.Barrier;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Background;
using Coffer.Kernel.BuiltIn.Identity;
using Coffer.Kernel.BuiltIn.Sys;
using Coffer.Kernel.BuiltIn.Tokens;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Lockout;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Quotas;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Revocation.Jobs;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Tasks;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tidying;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Kernel.Versions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Storage;

namespace Coffer.Kernel.Hosting;

/// <summary>Everything that exists only while the server is unsealed: keys, caches, the pipeline and the background work. Disposing it is sealing.</summary>
/// <remarks>
/// At the end, background work is cancelled at once. Requests may finish for <see cref="GraceTime"/>, are then cancelled, and are waited for
/// <see cref="AbortTime"/> more. Whatever runs after that has neither store, audit log nor keys.
/// </remarks>
internal sealed class ActiveServer : IAsyncDisposable
{
    /// <summary>How long requests may go on once sealing has begun.</summary>
    public static readonly TimeSpan GraceTime = TimeSpan.FromSeconds(10);

    /// <summary>How long is waited for requests that were cancelled.</summary>
    public static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(20);

    private readonly KernelOptions _options;
    private readonly InstanceStore _store;
    private readonly SecretBytes _rootKey;
    private readonly EntryCipher _cipher;
    private readonly HmacKey _tokenKey;
    private readonly KernelServices _services;
    private readonly RequestPipeline _pipeline;
    private readonly Scheduler _scheduler;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClockUpkeep _clockUpkeep;
    private int _running = 1;

    private ActiveServer(
        KernelOptions options, IServerControl control, InstanceStore store, EntryCipher cipher, SecretBytes rootKey, HmacKey tokenKey, ClusterIdentity cluster, KernelClock clock)
    {
        _options = options;
        _store = store;
        _rootKey = rootKey;
        _cipher = cipher;
        _tokenKey = tokenKey;
        ClusterName = cluster.Name;
        ClusterId = cluster.Id;
        var effects = new Effects(options.OnFailure, _stop.Token);
        _services = Compose(options with { Store = store }, clock, control, cipher, rootKey, tokenKey, effects, _stop.Token, _abort.Token);
        _pipeline = new RequestPipeline(_services);
        _clockUpkeep = new ClockUpkeep(_services.Transactions, clock, options.OnFailure);
        if (_services.Quarantine.Problem is { } older)
        {
            options.OnEvent(new LogLine(LogLevel.Error, older));
        }

        _scheduler = new Scheduler(WorksOf(_services, effects), effects, _services.Quarantine.Released, clock, options.OnFailure, _stop.Token);
        _scheduler.Start();
    }

    /// <summary>As <see cref="Scheduler.IsIdle"/>.</summary>
    public bool IsIdle => _scheduler.IsIdle;

    public Quarantine Quarantine => _services.Quarantine;

    /// <summary>As <see cref="Audit.IAuditLog.Problem"/>.</summary>
    public string? AuditProblem => _services.Audit.Problem;

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
                // It may be why nothing opens.
                options.OnEvent(new LogLine(LogLevel.Error, problem));
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
            new Transactor(options.Store, cipher, options.Clock, options.Random), options.Audit, options.Random, options.OnEvent, cancellation);
        return new ActiveServer(options, control, new InstanceStore(options.Store), cipher, rootKey, new HmacKey(tokenKey.Span), cluster, clock);
    }

    /// <summary>A store that takes no writes is opened all the same: what has to be revoked does not wait for a line of history.</summary>
    private static async ValueTask NoteVersionAsync(KernelOptions options, Transactor transactions, CancellationToken cancellation)
    {
        try
        {
            await VersionHistory.NoteAsync(transactions, options.Version, options.Clock.GetUtcNow(), cancellation);
        }
        catch (StoreUnavailableException error)
        {
            options.OnFailure("the version could not be added to sys/version-history; the next unseal tries again", error);
        }
    }

    /// <summary>
    /// Records what happened on the way here. A device that cannot record it keeps no server sealed: the next request waits for it. Any other failure ends this
    /// instance.
    /// </summary>
    public async ValueTask RecordPastAsync(IReadOnlyList<AuditEvent> entries, CancellationToken cancellation)
    {
        try
        {
            await _services.Audit.PastAsync(_services.Transactions.Begin(), entries, cancellation);
        }
        catch (AuditUnavailableException error)
        {
            _options.OnFailure("no audit device could record the unseal; no request runs before one has", error);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a request; null when the server is being sealed.</summary>
    public async ValueTask<ApiReply?> TryHandleAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (!TryEnter())
        {
            return null;
        }

        try
        {
            if (_services.Quarantine.RefusalOf(request) is { } refused)
            {
                return refused;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _abort.Token);
            return await _pipeline.HandleAsync(request, either.Token);
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
            Leave();
        }
    }

    /// <summary>Does something for the server around the kernel that is no request.</summary>
    /// <param name="otherwise">The result when the server is being sealed.</param>
    public async ValueTask<T> RunAsync<T>(Func<KernelServices, ValueTask<T>> run, T otherwise)
    {
        if (!TryEnter())
        {
            return otherwise;
        }

        try
        {
            return await run(_services);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Audit devices close their files and open them again.</summary>
    public void ReopenAudit() => _services.Audit.Reopen();

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        Leave();
        var work = Task.WhenAll(DrainedAsync(), _scheduler.StopAsync());
        var ended = await EndsWithinAsync(work, GraceTime);
        if (!ended)
        {
            _abort.Cancel();
            ended = await EndsWithinAsync(work, AbortTime);
            if (!ended)
            {
                _options.OnEvent(new LogLine(LogLevel.Warn, "sealing goes on without work that did not heed its cancellation; it can neither read nor write any more"));
            }
        }

        var engines = _services.Routers.EndAsync();
        if (ended)
        {
            // Nothing runs on them, so their key material is cleared before the seal is over.
            await engines;
        }

        await _services.Audit.DisposeAsync();
        await StoreCountsAsync();
        await _clockUpkeep.StoreAsync();
        _store.End();
        await EntryRegister.CloseAsync(_options.Condition);
        _store.ForgetDecoded();
        _services.Policies.Clear();
        _services.Identities.Clear();
        _services.RootGeneration.Dispose();
        _services.Rekeying.Dispose();
        _cipher.Dispose();
        _tokenKey.Dispose();
        _rootKey.Dispose();
        _services.Jobs.Dispose();
        _services.Tasks.Dispose();
        _stop.Dispose();
        _abort.Dispose();
    }

    private async Task DrainedAsync() => await _drained.Task;

    /// <summary>What work meets that is cancelled, or goes on when store, audit log and keys are taken from it.</summary>
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

    private static KernelServices Compose(
        KernelOptions options, KernelClock clock, IServerControl control, EntryCipher cipher, SecretBytes rootKey, HmacKey tokenKey, Effects effects, CancellationToken stop, CancellationToken abort)
    {
        var seal = new SealStore(options.Store, options.Random);
        var transactions = new Transactor(new MeteredStore(options.Store, options.Counters.Store, options.Clock), cipher, options.Clock, options.Random);
        var types = options.Engines.Append(TokenEngineType()).Append(SysEngine.Type).Append(IdentityEngine.Type).ToDictionary(type => type.Name, StringComparer.Ordinal);
        var routers = new RouterFactory(
            types,
            options.SystemTtl,
            mount => new EngineContext(
                mount.Accessor, ImmutableDictionary.CreateRange(StringComparer.Ordinal, mount.Options), options.OutsideClock, options.Random, options.Outbound())
            {
                SlowWork = options.SlowWork,
                OnOutsideTime = clock.Outside.Note,
            },
            error => options.OnFailure("an engine that is not used any more could not be ended", error));
        var due = new DueSignal();
        var tokens = new TokenStore(tokenKey, options.Random, options.Clock);
        var batch = new BatchTokens(cipher, options.Clock);
        var policies = new PolicyStore();
        var identities = new IdentityResolver();
        var slots = new KeySlots(seal, rootKey, options.Random, options.Clock, control);
        var late = new LateCalls(options.LateCallTime);
        var revoker = new LeaseRevoker(transactions, routers, options.Clock, options.Random, due, options.Counters.Revocations, late, stop) { OnEvent = options.OnEvent };
        Tidy NewTidy(string name, ImmutableArray<TidyCheck> checks) => new(
            name, transactions, checks, due, options.Clock, options.OnEvent, error => options.OnFailure("a tidy met what it could not read or repair", error));
        return new KernelServices
        {
            Version = options.Version,
            Clock = clock,
            Quarantine = new Quarantine(options.Condition),
            Condition = options.Condition,
            Random = options.Random,
            Transactions = transactions,
            Routers = routers,
            SystemTtl = options.SystemTtl,
            Tokens = tokens,
            BatchTokens = batch,
            Policies = policies,
            Identities = identities,
            Decisions = new RecentDecisions(Limits.RefusedDecisionsBytesMax, Limits.AllowedDecisionsBytesMax),
            ApiAddress = options.ApiAddress,
            Who = new Authenticator(tokens, batch, policies, identities),
            Tasks = new EngineTasks(transactions, routers, effects, clock, error => options.OnFailure("a task of an engine failed; it is tried again", error), stop),
            Revoker = revoker,
            LateCalls = late,
            Lanes = new RevocationLanes(clock.Ends),
            Stopping = stop,
            Due = due,
            Lockout = new LoginLockout(options.Clock, options.Lockout),
            TokenTidy = NewTidy("tidy of tokens", new TokenChecks(options.Clock).All),
            LeaseTidy = NewTidy("tidy of leases", new LeaseChecks(options.Clock).All),
            Jobs = new RevocationJobs(
                transactions,
                revoker,
                new MountRemoval(transactions, QuotaTable.KeepOnlyOfAsync, options.OnEvent),
                effects,
                options.Clock,
                error => options.OnFailure("a revocation of many leases broke off; it goes on by itself", error),
                stop),
            Audit = new AuditBroker(
                new AuditSinks(
                    options.Audit, options.Clock, options.OnFailure, options.Condition is { } condition ? () => condition.Generation : null, new AuditRemovals(options.Clock, options.OnEvent)),
                options.Counters.Audit,
                options.Clock,
                options.Random,
                options.OnFailure,
                new CheckpointBook(transactions, options.OnFailure)),
            Keys = new KeyringRotation(seal, rootKey, cipher, transactions, options.Random, options.Clock, options.OnEvent),
            Slots = slots,
            RootGeneration = new RootGeneration(slots, tokens, transactions, options.Random, options.Clock, options.OnEvent),
            Rekeying = new Rekeying(slots, transactions, options.Random, options.OnEvent),
            StaticKeys = options.StaticKeys,
            Quotas = new QuotaGate(transactions),
            Counters = options.Counters,
            ShowsPrometheus = options.ShowsPrometheus,
            RawStorage = options.RawStorage,
            DescribeConfiguration = options.DescribeConfiguration,
            DescribeHost = options.DescribeHost,
            OnEvent = options.OnEvent,
            LogLevels = options.LogLevels,
            Control = control,
            Abort = abort,
        };
    }

    /// <summary>All the work that the server does by itself.</summary>
    private ImmutableArray<IBackgroundWork> WorksOf(KernelServices services, Effects effects) =>
    [
        new Janitor(
            services.Transactions,
            services.Revoker,
            services.Lanes,
            services.Due,
            effects,
            services.Clock.Ends,
            _options.OnEvent,
            error => _options.OnFailure("what is due could not be ended; it is tried again", error)),
        services.Jobs,
        services.Tasks,
        services.Keys,
        _clockUpkeep,
        services.TokenTidy,
        services.LeaseTidy,
    ];

    private static EngineType TokenEngineType() => TokenEngine.Type;

    /// <summary>The last thing the keys are used for.</summary>
    private async ValueTask StoreCountsAsync()
    {
        try
        {
            await _services.Keys.StoreCountsAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is StoreUnavailableException or BarrierException)
        {
            _options.OnFailure("how often the keys were used could not be stored; the count goes on from the last one that was", error);
        }
    }

    /// <summary>Keeps the keys until <see cref="Leave"/>; false when they are going already.</summary>
    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _running) > 1)
        {
            return true;
        }

        Leave();
        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _drained.TrySetResult();
        }
    }
}
