namespace Coffer.AwsSandbox.Faults;

/// <summary>How a call is made to fail.</summary>
public enum SandboxFaultKind
{
    /// <summary>An error answer with <see cref="SandboxFault.Code"/> and <see cref="SandboxFault.Status"/>.</summary>
    Error,

    /// <summary>No answer until the caller gives up, or for as long as <see cref="SandboxFault.Pause"/>; then the call goes on.</summary>
    Hang,

    /// <summary>The connection is cut without an answer.</summary>
    Drop,
}

/// <summary>When, in relation to its effect, a call is made to fail.</summary>
public enum SandboxFaultMoment
{
    /// <summary>Nothing has happened yet, and with an error or a drop nothing will.</summary>
    Before,

    /// <summary>It has happened; only the answer is lost. This is how an unknown outcome is made.</summary>
    After,
}

/// <summary>One rule of failing.</summary>
public sealed record SandboxFault
{
    /// <summary>Only calls of this service (<c>iam</c>, <c>sts</c>, <c>s3</c>); null means all.</summary>
    public string? Service { get; init; }

    /// <summary>Only this action, such as <c>CreateAccessKey</c>; null means all.</summary>
    public string? Action { get; init; }

    /// <summary>Only calls of this principal's ARN; null means all.</summary>
    public string? Principal { get; init; }

    /// <summary>How many matching calls pass first: the n-th fails when this is n-1.</summary>
    public int Skip { get; init; }

    /// <summary>How many matching calls then fail. Default 1; 0 means every one from then on.</summary>
    public int Times { get; init; } = 1;

    public SandboxFaultKind Kind { get; init; } = SandboxFaultKind.Error;

    public SandboxFaultMoment Moment { get; init; } = SandboxFaultMoment.Before;

    /// <summary>For <see cref="SandboxFaultKind.Error"/>.</summary>
    public string Code { get; init; } = "ServiceFailure";

    /// <summary>For <see cref="SandboxFaultKind.Error"/>: 400 to 599.</summary>
    public int Status { get; init; } = 500;

    /// <summary>For <see cref="SandboxFaultKind.Hang"/>; null means until the caller gives up.</summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>
    /// For <see cref="SandboxFaultKind.Hang"/> with a <see cref="Pause"/>: the call goes on after it even when the caller has gone meanwhile, as a
    /// real account may carry out a call whose client is dead. Default: a call whose caller goes away while it hangs goes no further.
    /// </summary>
    public bool OutlivesCaller { get; init; }
}
