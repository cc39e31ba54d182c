using System.Collections.Immutable;

namespace Coffer.AwsSandbox.Journal;

/// <summary>One call that reached the sandbox.</summary>
public sealed record SandboxCall
{
    /// <summary>Counts from 1 since the start or the last reset.</summary>
    public required long Sequence { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Such as <c>iam</c>; empty when the request did not say.</summary>
    public required string Service { get; init; }

    /// <summary>Such as <c>CreateUser</c>; empty when the request did not say.</summary>
    public required string Action { get; init; }

    /// <summary>ARN of the caller; empty when the signature was refused.</summary>
    public required string Principal { get; init; }

    /// <summary>The key the request claimed to be signed with; empty when there was none.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The parameters without secrets, each at most 2,048 characters.</summary>
    public required ImmutableSortedDictionary<string, string> Parameters { get; init; }

    /// <summary><c>ok</c>, an error code, or <c>dropped</c> when the caller got no answer.</summary>
    public required string Outcome { get; init; }

    /// <summary>The HTTP status sent; 0 when the caller got no answer.</summary>
    public required int Status { get; init; }

    /// <summary>True when the account changed or answered as asked, whatever the answer was.</summary>
    public required bool TookEffect { get; init; }
}
