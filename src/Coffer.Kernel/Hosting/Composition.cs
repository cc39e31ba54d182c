using System.Collections.Immutable;
using Coffer.Audit.Sinks;
using Coffer.Barrier;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Background;
using Coffer.Kernel.BuiltIn.Identity;
using Coffer.Kernel.BuiltIn.Sys;
using Coffer.Kernel.BuiltIn.Tokens;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Lockout;
using Coffer.Kernel.Metrics;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Quotas;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Revocation.Jobs;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Tasks;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tidying;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Hosting;

/// <summary>
/// Puts the objects of an unsealed server together, by hand and from top to bottom: each is given what it uses, and nothing looks for anything later. Reads
/// and writes nothing, and starts nothing.
/// </summary>
internal sealed partial class Composition : IDisposable
{
    private readonly KernelOptions _options;
    private readonly KernelClock _clock;
    private readonly IServerControl _control;
    private readonly CancellationToken _stop;
    private readonly CancellationToken _abort;
    private readonly TokenStore _tokens;
    private readonly BatchTokens _batchTokens;
    private readonly PolicyStore _policies = new();
    private readonly IdentityResolver _identities = new();
    private readonly Authenticator _who;
    private readonly RecentDecisions _decisions = new(Limits.RefusedDecisionsBytesMax, Limits.AllowedDecisionsBytesMax);
    private readonly LoginLockout _lockout;
    private readonly QuotaGate _quotas;
    private readonly DueSignal _due = new();
    private readonly LateCalls _late;
    private readonly RevocationLanes _lanes;
    private readonly RevocationJobs _jobs;
    private readonly JobWait _jobWait;
    private readonly EngineTasks _tasks;
    private readonly Tidy _tokenTidy;
    private readonly Tidy _leaseTidy;
    private readonly KeySlots _slots;
    private readonly RootGeneration _rootGeneration;
    private readonly Rekeying _rekeying;

    /// <param name="options">With the store that this instance may use.</param>
    /// <param name="clock">The kernel's time.</param>
    /// <param name="control">What of the server requests may touch.</param>
    /// <param name="keys">Stay the caller's.</param>
    /// <param name="stop">Cancelled at seal: background work and calls to outside systems end then.</param>
    /// <param name="abort">Cancelled when sealing no longer waits for what runs.</param>
    public Composition(KernelOptions options, KernelClock clock, IServerControl control, UnsealedKeys keys, CancellationToken stop, CancellationToken abort)
    {
        (_options, _clock, _control, _stop, _abort) = (options, clock, control, stop, abort);
        var effects = new Effects(options.Log, stop);
        Quarantine = new Quarantine(options.Condition);
        Transactions = new Transactor(new MeteredStore(options.Store, options.Counters.Store, options.Clock), keys.Cipher, options.Clock, options.Random);
        Routers = NewRouters();

        _tokens = new TokenStore(keys.Tokens, options.Random, options.Clock);
        _batchTokens = new BatchTokens(keys.Cipher, options.Clock);
        _who = new Authenticator(_tokens, _batchTokens, _policies, _identities);
        _lockout = new LoginLockout(options.Clock, options.Lockout);
        _quotas = new QuotaGate(Transactions);

        _late = new LateCalls(options.LateCallTime);
        _lanes = new RevocationLanes(clock.Ends);
        Revoker = new LeaseRevoker(Transactions, Routers, options.Clock, options.Random, _due, options.Counters.Revocations, _late, stop) { Log = options.ExpirationLog };
        _jobs = NewJobs(effects);
        _jobWait = new JobWait(_jobs, options.Random, clock);
        _tasks = new EngineTasks(Transactions, Routers, effects, clock, options.Log, stop);
        _tokenTidy = NewTidy("tidy of tokens", new TokenChecks(options.Clock).All);
        _leaseTidy = NewTidy("tidy of leases", new LeaseChecks(options.Clock).All);

        var seal = new SealStore(options.Store, options.Random);
        Keys = new KeyringRotation(seal, keys.Root, keys.Cipher, Transactions, options.Random, options.Clock, options.Log);
        _slots = new KeySlots(seal, keys.Root, options.Random, options.Clock, control);
        _rootGeneration = new RootGeneration(_slots, _tokens, Transactions, options.Random, options.Clock, options.Log);
        _rekeying = new Rekeying(_slots, Transactions, options.Random, options.Log);

        Audit = NewAudit();
        Metrics = new MetricsReport(Transactions, _lanes, clock, Quarantine);
        ClockUpkeep = new ClockUpkeep(Transactions, clock, options.Log);
        SysEngine = NewSysEngine();
        TokenEngine = NewTokenEngine();
        IdentityEngine = NewIdentityEngine();
        Pipeline = NewPipeline();
        BodyGate = new BodyGate(Transactions, Routers, _who);
        Scheduler = new Scheduler([NewJanitor(effects), _jobs, _tasks, Keys, ClockUpkeep, _tokenTidy, _leaseTidy], effects, Quarantine.Released, clock, options.Log, stop);
    }

    public Quarantine Quarantine { get; }

    public Transactor Transactions { get; }

    public RouterFactory Routers { get; }

    public LeaseRevoker Revoker { get; }

    public KeyringRotation Keys { get; }

    public IAuditLog Audit { get; }

    public MetricsReport Metrics { get; }

    public ClockUpkeep ClockUpkeep { get; }

    public SysEngine SysEngine { get; }

    public TokenEngine TokenEngine { get; }

    public IdentityEngine IdentityEngine { get; }

    public RequestPipeline Pipeline { get; }

    public BodyGate BodyGate { get; }

    /// <summary>All the work that the server does by itself.</summary>
    public Scheduler Scheduler { get; }

    /// <summary>Forgets what was read, and ends the operations of share holders. Nothing runs any more.</summary>
    public void Dispose()
    {
        _policies.Clear();
        _identities.Clear();
        _rootGeneration.Dispose();
        _rekeying.Dispose();
        _jobs.Dispose();
        _tasks.Dispose();
    }

    private RouterFactory NewRouters()
    {
        // A router makes an engine when a request first needs it, so those that are made last can be named here.
        EngineType[] builtIn = [TokenEngine.TypeOf(() => TokenEngine), SysEngine.TypeOf(() => SysEngine), IdentityEngine.TypeOf(() => IdentityEngine)];
        return new RouterFactory(
            _options.Engines.Concat(builtIn).ToDictionary(type => type.Name, StringComparer.Ordinal),
            _options.SystemTtl,
            ContextOf,
            _options.Log);
    }

    private EngineContext ContextOf(MountEntry mount) => new(
        mount.Accessor, ImmutableDictionary.CreateRange(StringComparer.Ordinal, mount.Options), _options.OutsideClock, _options.Random, _options.Outbound())
    {
        SlowWork = _options.SlowWork,
        OnOutsideTime = _clock.Outside.Note,
    };

    private RevocationJobs NewJobs(Effects effects) => new(
        Transactions,
        Revoker,
        new MountRemoval(Transactions, QuotaTable.KeepOnlyOfAsync, _options.Log),
        effects,
        _options.Clock,
        _options.Log,
        _stop);

    private Janitor NewJanitor(Effects effects) => new(
        Transactions,
        Revoker,
        _lanes,
        _due,
        effects,
        _clock.Ends,
        _options.Log,
        _options.ExpirationLog);

    private Tidy NewTidy(string name, ImmutableArray<TidyCheck> checks) => new(
        name, Transactions, checks, _due, _options.Clock, _options.Log);

    private AuditBroker NewAudit()
    {
        var removals = new AuditRemovals(_options.Clock, _options.Log);
        return new AuditBroker(
            new AuditSinks(
                _options.Audit,
                _options.Clock,
                _options.Log,
                _options.Condition is { } condition ? () => condition.Generation : null,
                removals.Note),
            _options.Counters.Audit,
            _options.Clock,
            _options.Random,
            _options.Log,
            new CheckpointBook(Transactions, _options.Log),
            removals);
    }
}
