using System.Net;

namespace Coffer.Aws.Calls;

/// <summary>A call that AWS refused, or that got no answer, after all retries.</summary>
public sealed class AwsException : Exception
{
    public AwsException(
        AwsErrorKind kind, string code, string operation, string detail, HttpStatusCode? status = null, string? requestId = null,
        Exception? inner = null)
        : base($"{operation}: {code}: {detail}", inner)
    {
        Kind = kind;
        Code = code;
        Operation = operation;
        Detail = detail;
        Status = status;
        RequestId = requestId;
    }

    /// <summary>Decides what the caller does.</summary>
    public AwsErrorKind Kind { get; }

    /// <summary>AWS's own word, such as <c>NoSuchEntity</c>; for a call without answer, <c>NetworkError</c> or <c>Timeout</c>.</summary>
    public string Code { get; }

    /// <summary>Such as <c>iam:CreateUser</c>.</summary>
    public string Operation { get; }

    /// <summary>AWS's own sentence. For people only.</summary>
    public string Detail { get; }

    /// <summary>Null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>What AWS support asks for; null when there was no answer.</summary>
    public string? RequestId { get; }

    /// <summary>True when the call may have taken effect all the same, so that its caller has to look or to clean up.</summary>
    public bool OutcomeUnknown => Kind is AwsErrorKind.Network or AwsErrorKind.Server or AwsErrorKind.Unknown;
}
