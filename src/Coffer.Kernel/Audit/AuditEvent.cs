using System.Collections.Immutable;
using Coffer.Kernel.Requests;
using Coffer.Policies.Explain;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Audit;

/// <summary>What is known of a request when it is recorded. Devices redact it as they write; nothing here is redacted yet.</summary>
/// <param name="Subject">Who asks for what.</param>
public sealed record AuditEvent(AuditSubject Subject)
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
