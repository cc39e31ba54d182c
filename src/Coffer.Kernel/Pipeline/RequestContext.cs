using Coffer.Kernel.Audit;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Quotas;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Policies;
using Coffer.Policies.Explain;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>
/// One request on its way: what was asked, where it leads, who asks, what was decided. Each step fills in its part. What belongs to one try is set again by
/// <see cref="Begin"/>, because a try whose commit conflicts is forgotten.
/// </summary>
internal sealed class RequestContext(ApiRequest request, DateTimeOffset now, IRandom random) : IDisposable
{
    private string? _leaseEnding;
    private HandlerInput? _input;
    private AuditSubject? _subject;
    private UnitOfWork? _work;
    private Router? _router;
    private Route? _route;
    private EngineInstance.Use _use;

    public ApiRequest Request { get; } = request;

    /// <summary>The moment that the request is judged by, the same in each try.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>What the rate limits said: a request is counted once.</summary>
    public RateVerdict? Rate { get; set; }

    /// <summary>The request is in the audit log: it is recorded once.</summary>
    public bool IsAudited { get; set; }

    /// <summary>What the row asked of the outside, and what it read in the store for that; null before it has.</summary>
    public Prepared? Prepared { get; set; }

    /// <summary>The place under a limit of leases that this try has taken; null for none.</summary>
    public LeaseCount? Place { get; set; }

    public UnitOfWork Work => _work ?? throw new InvalidOperationException("no try has begun");

    /// <summary>The mounts as this try found them.</summary>
    public Router Router => _router ?? throw new InvalidOperationException("the request is not routed");

    /// <summary>Where the path leads, in its one spelling.</summary>
    public Route Route => _route ?? throw new InvalidOperationException("the request is not routed");

    /// <summary>Update becomes Create where nothing is stored yet.</summary>
    public Operation Operation { get; private set; }

    public Caller? Caller { get; set; }

    /// <summary>The owner of the token on a path that needs none and looks at it all the same; null without one and with one that is not good.</summary>
    public Caller? Guest { get; set; }

    public AclDecision? Decision { get; set; }

    /// <summary>The moment that no renewal takes the owner of a lease beyond; null where there is none, or where no token would own it.</summary>
    public DateTimeOffset? OwnerEnd { get; set; }

    /// <summary>When the owner of a lease ends unless it is renewed; null where there is no such time, or where no token would own it.</summary>
    public DateTimeOffset? OwnerPresentEnd { get; set; }

    /// <summary>Set once the request cannot succeed any more; a later step may replace it by one that tells the caller less.</summary>
    public ApiError? Refusal { get; set; }

    /// <summary>The refusal is the policies', or the token's: why.</summary>
    public Explanation? Denial { get; set; }

    /// <summary>The path that is authorised, counted, audited and executed.</summary>
    public string FullPath => Route.FullPath;

    public MountedEngine? Mounted => Route.Mounted;

    /// <summary>The path below the mount.</summary>
    public string Below => Route.Below;

    /// <summary>The row of the engine's table; null where there is none.</summary>
    public EnginePath? Row => Route.Match?.Path;

    /// <summary>What the handler is given. Parsed once a try.</summary>
    public HandlerInput Input => _input ??= HandlerInput.Parse(this);

    /// <summary>The operation as the audit log has it.</summary>
    public string OperationName => Request.NameOf(Operation);

    /// <summary>The request as its entries in the audit log have it. To be asked for once it is known who asks and what was decided; both entries share what is written of it.</summary>
    public AuditSubject Subject => _subject ??= new AuditSubject(Request, FullPath, OperationName, Mounted, Caller, Decision);

    public AuditEvent Event => new(Subject)
    {
        Error = Denial is null ? null : "permission denied",
        Denial = Denial,
    };

    /// <summary>Forgets what the try before found.</summary>
    public void Begin(UnitOfWork work)
    {
        Dispose();
        (_work, _router, _route, _input, _subject) = (work, null, null, null, null);
        (Operation, Caller, Guest, Decision, Refusal, Denial, Place, OwnerEnd, OwnerPresentEnd) = (Request.Operation, null, null, null, null, null, null, null, null);
    }

    /// <exception cref="ConflictException">The mount changed in this moment.</exception>
    public void RouteTo(Router router, Route route)
    {
        (_router, _route) = (router, route);
        _use = route.Mounted?.Instance.Enter() ?? default;
    }

    /// <summary>Nothing runs on the engine for this request any more.</summary>
    public void Dispose()
    {
        _input?.Request.Fields.Clear();
        _use.Dispose();
        _use = default;
        _work?.Dispose();
    }

    /// <summary>The write makes something: the handler of creation runs, under the policies' capability for it.</summary>
    public void BecomeCreation() => (Operation, _input) = (Operation.Create, _input?.As(Operation.Create));

    /// <summary>The id of a lease at this path, the same in each try: its last part begins with time and ends in 95 random bits.</summary>
    public string LeaseIdAt(string path) =>
        $"{path}/{_leaseEnding ??= RandomText.TimeOrdered(Now) + random.Base62(Limits.LeaseIdRandomCharacters)}";
}
