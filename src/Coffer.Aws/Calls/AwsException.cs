using System.Net;

namespace Coffer.Aws.Calls;

/// <summary>A call that AWS refused, or that got no answer, after all retries.</summary>
public sealed class AwsException : Exception
{
    /// <summary>Longest <see cref="Code"/> and <see cref="RequestId"/>, in UTF-16 units.</summary>
    public const int WordCharsMax = 128;

    /// <summary>Longest <see cref="Detail"/>, in UTF-16 units.</summary>
    public const int DetailCharsMax = 2000;

    /// <remarks>
    /// The texts come from the server at the endpoint, and go on into answers, logs and stored leases: they are cut, and control characters but
    /// the line feed become blanks.
    /// </remarks>
    public AwsException(
        AwsErrorKind kind, string code, string operation, string detail, HttpStatusCode? status = null, string? requestId = null,
        Exception? inner = null)
        : base($"{operation}: {Bounded(code, WordCharsMax)}: {Bounded(detail, DetailCharsMax)}", inner)
    {
        Kind = kind;
        Code = Bounded(code, WordCharsMax);
        Operation = operation;
        Detail = Bounded(detail, DetailCharsMax);
        Status = status;
        RequestId = requestId is null ? null : Bounded(requestId, WordCharsMax);
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

    /// <summary>How far the clock that signed the call was ahead of the date of the answer; null without one.</summary>
    public TimeSpan? ClockAhead { get; init; }

    /// <summary>True when the signature is refused because of its time, so that the clock is to be set right and not the key.</summary>
    public bool IsAboutTime => AwsErrorCodes.IsAboutTime(Code, Detail, ClockAhead);

    /// <summary>
    /// True when it is certain that no attempt of the call was carried out or may still be: each was refused by AWS in a readable answer (4xx), or was not sent.
    /// </summary>
    public bool NothingDone { get; internal set; }

    private static string Bounded(string text, int charsMax)
    {
        const string Cut = "...";
        text = text.Length <= charsMax ? text : text[..(charsMax - Cut.Length)] + Cut;
        return text.Any(IsUnwanted) ? string.Concat(text.Select(letter => IsUnwanted(letter) ? ' ' : letter)) : text;
    }

    private static bool IsUnwanted(char letter) => char.IsControl(letter) && letter != '\n';

    /// <summary>True when the call may have taken effect all the same, so that its caller has to look or to clean up.</summary>
    public bool OutcomeUnknown => Kind is AwsErrorKind.Network or AwsErrorKind.Server or AwsErrorKind.Unknown;
}
