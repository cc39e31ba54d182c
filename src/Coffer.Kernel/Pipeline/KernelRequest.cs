using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>What the kernel's own paths (<c>sys/</c>, <c>auth/token/</c>) see beyond what an engine sees.</summary>
internal sealed class KernelRequest : EngineRequest
{
    public required KernelServices Services { get; init; }

    /// <summary>The whole store, not one mount's part of it.</summary>
    public required UnitOfWork Work { get; init; }

    public required ApiRequest Api { get; init; }

    /// <summary>Where the path leads, as it was authorised.</summary>
    public required Mounts.Route Route { get; init; }

    /// <summary>Null on a path that needs no token.</summary>
    public required Caller? By { get; init; }

    /// <summary>The router this request was routed by.</summary>
    public required Mounts.Router Router { get; init; }

    /// <summary>
    /// Runs once, after the commit: for what reaches beyond the store. Its reply, if it gives one, takes the handler's place.
    /// </summary>
    public Func<CancellationToken, ValueTask<Reply?>>? AfterCommit { get; set; }

    /// <summary>How the envelope around the reply departs from the usual.</summary>
    public ReplyShape Shape { get; set; } = ReplyShape.Usual;

    /// <summary>The caller; for paths that have one in any case.</summary>
    public Caller Must => By ?? throw new InvalidOperationException("this path is declared without a token");

    public static KernelRequest Of(EngineRequest request) => (KernelRequest)request;

    /// <summary>The unit of work alone, for handlers that need nothing else of the kernel.</summary>
    public static UnitOfWork WorkOf(EngineRequest request) => Of(request).Work;

    /// <summary>True when the caller has sudo on the path of this request.</summary>
    public bool CallerHasSudo => By is not null && By.Acl.Capabilities(Route.Ask(Policies.AclOperation.Update)) is var capabilities
        && (capabilities.Contains("root") || capabilities.Contains("sudo"));
}

/// <summary>Departures from the usual envelope.</summary>
internal sealed record ReplyShape
{
    public static ReplyShape Usual { get; } = new();

    /// <summary>The <c>auth</c> block: a token was made or renewed.</summary>
    public AuthInfo? Auth { get; init; }

    /// <summary>Data is repeated at the top level.</summary>
    public bool DataAtTopLevel { get; init; }

    /// <summary>The lease that was renewed.</summary>
    public string LeaseId { get; init; } = "";

    public TimeSpan LeaseDuration { get; init; }

    public bool Renewable { get; init; }

    /// <summary>The true end of the lease or of the token; null where there is neither.</summary>
    public Leases.LeaseEnd? End { get; init; }

    /// <summary>Made by wrapping something given: the reply is only this.</summary>
    public WrapInfo? Wrap { get; init; }

    /// <summary>What this answer hands on that was made earlier, such as the contents of a wrapping token.</summary>
    public Entrusted Entrusts { get; init; } = Entrusted.Nothing;

    /// <summary>Instead of 200 or 204.</summary>
    public int? Status { get; init; }

    /// <summary>The fields that the handler looked for, where they are not those of its row; default: those of the row.</summary>
    public System.Collections.Immutable.ImmutableArray<Sdk.Fields.Field> Takes { get; init; }

    /// <summary>The data is the whole body, without an envelope.</summary>
    public bool Bare { get; init; }
}
