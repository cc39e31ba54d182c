using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Policies;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Pipeline;

/// <summary>What the kernel's own paths (<c>sys/</c>, <c>auth/token/</c>) see beyond what an engine sees.</summary>
internal sealed class KernelRequest : EngineRequest
{
    public required RequestContext Context { get; init; }

    public override object? PreparedValue => (Context.Prepared?.Outcome as Preparation.Ready)?.Value;

    /// <summary>The whole store, not one mount's part of it.</summary>
    public UnitOfWork Work => Context.Work;

    public ApiRequest Api => Context.Request;

    /// <summary>Where the path leads, as it was authorised.</summary>
    public Mounts.Route Route => Context.Route;

    /// <summary>Null on a path that needs no token.</summary>
    public Caller? By => Context.Caller;

    /// <summary>Who asks on a path that needs no token and is declared <see cref="EnginePath.SpendsNoUse"/>: null without a token and with one that is not good.</summary>
    public Caller? Guest => Context.Guest;

    /// <summary>The router this request was routed by.</summary>
    public Mounts.Router Router => Context.Router;

    /// <summary>The caller, on paths that need a token.</summary>
    public Caller RequiredCaller => By ?? throw new InvalidOperationException("this path is declared without a token");

    public static KernelRequest Of(EngineRequest request) => (KernelRequest)request;

    /// <summary>The unit of work alone, for handlers that need nothing else of the kernel.</summary>
    public static UnitOfWork WorkOf(EngineRequest request) => Of(request).Work;

    /// <summary>True when the caller has sudo on the path of this request.</summary>
    public bool CallerHasSudo => By is not null && By.Acl.Capabilities(Route.Ask(AclOperation.Update)) is var capabilities
        && (capabilities.Contains("root") || capabilities.Contains("sudo"));
}
