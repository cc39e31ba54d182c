namespace Coffer.Aws.Calls;

/// <summary>What a message handler can learn about the call it carries, for limiting rates and for counting.</summary>
public static class AwsRequestInfo
{
    /// <summary>Such as <c>iam:CreateUser</c>.</summary>
    public static readonly HttpRequestOptionsKey<string> Operation = new("coffer.aws.operation");

    /// <summary>1 for the first attempt.</summary>
    public static readonly HttpRequestOptionsKey<int> Attempt = new("coffer.aws.attempt");
}
