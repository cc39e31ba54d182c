using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Policies.Explain;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Audit;

/// <summary>What is known of a request when it is recorded. Devices redact it as they write; nothing here is redacted yet.</summary>
/// <param name="Path">As it was authorised: canonical.</param>
/// <param name="OperationName">As the audit log has it: <c>read</c>, <c>create</c>, <c>update</c>, <c>list</c>, …</param>
/// <param name="Mounted">Null when no mount serves the path.</param>
/// <param name="Caller">Null when there was no token, or no good one.</param>
/// <param name="Decision">Null when nothing had to be decided.</param>
public sealed record AuditEvent(
    ApiRequest Request, string Path, string OperationName, MountedEngine? Mounted, Caller? Caller, AclDecision? Decision)
{
    /// <summary>When it happened, where that was before it could be recorded; null: now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Why the request was refused; null when it was not. Never a secret.</summary>
    public string? Error { get; init; }

    /// <summary>How it came that the token or the policies refused; null when they did not. An entry of Vault has no such field.</summary>
    public Explanation? Denial { get; init; }

    /// <summary>The answer; null in the entry that is written before the request runs.</summary>
    public AuditAnswer? Answer { get; init; }
}

/// <summary>What is about to be answered, before wrapping hides it.</summary>
/// <param name="Data">The <c>data</c> object, secrets included: hashed as it is written.</param>
/// <param name="Headers">Those that the engine set and the mount allows. Their values are hashed too.</param>
public sealed record AuditAnswer(
    JsonText? Data, string LeaseId, AuthInfo? Auth, WrapInfo? Wrap, IReadOnlyList<string> Warnings, ImmutableArray<KeyValuePair<string, string>> Headers);
