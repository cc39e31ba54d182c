namespace Coffer.Aws.Calls;

/// <summary>What a message handler can learn about the call it carries, for limiting rates and for counting.</summary>
public static class AwsRequestInfo
{
    /// <summary>Such as <c>iam:CreateUser</c>.</summary>
    public static readonly HttpRequestOptionsKey<string> Operation = new("coffer.aws.operation");

    /// <summary>
    /// Set by the message handler: what the request goes through on its way, without user and password, such as a proxy and who names it. Errors without an
    /// answer of AWS repeat it.
    /// </summary>
    public static readonly HttpRequestOptionsKey<string> Way = new("coffer.outbound.way");

    /// <summary>1 for the first attempt.</summary>
    public static readonly HttpRequestOptionsKey<int> Attempt = new("coffer.aws.attempt");
}
