using Coffer.Kernel.Audit;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Policies.Explain;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>How far a request has come, and what is known of it by now. Each step gives the next one a fuller copy.</summary>
/// <param name="Route">Where the path leads, in its one spelling.</param>
internal sealed record Way(ApiRequest Request, UnitOfWork Work, Router Router, Route Route)
{
    /// <summary>The path that is authorised, counted, audited and executed.</summary>
    public string FullPath => Route.FullPath;

    public required Operation Operation { get; init; }

    public MountedEngine? Mounted => Route.Mounted;

    /// <summary>The path below the mount.</summary>
    public string Below => Route.Below;

    public EnginePath? Path => Route.Match?.Path;

    public Caller? Caller { get; init; }

    public AclDecision? Decision { get; init; }

    /// <summary>Set once the request cannot succeed any more; a later step may replace it by one that tells the caller less.</summary>
    public ApiError? Refusal { get; init; }

    /// <summary>The refusal is the policies', or the token's: why.</summary>
    public Explanation? Denial { get; init; }

    /// <summary>As the audit log has it.</summary>
    public string OperationName => Request.Help
        ? "help"
        : Operation switch
        {
            Operation.Read => "read",
            Operation.List => "list",
            Operation.Create => "create",
            Operation.Update => "update",
            Operation.Patch => "patch",
            _ => "delete",
        };

    public AuditEvent Event => new(Request, FullPath, OperationName, Mounted, Caller, Decision)
    {
        Error = Denial is null ? null : "permission denied",
        Denial = Denial,
    };
}
