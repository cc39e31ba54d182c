namespace Coffer.AwsSandbox.Wire;

/// <summary>A refusal with AWS's own code. Thrown by actions, written out by the protocol the call came in.</summary>
internal sealed class AwsFault(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public static AwsFault Validation(string message) => new(400, "ValidationError", message);

    public static AwsFault NotFound(string message) => new(404, "NoSuchEntity", message);

    public static AwsFault Exists(string message) => new(409, "EntityAlreadyExists", message);

    public static AwsFault Limit(string message) => new(409, "LimitExceeded", message);

    public static AwsFault Conflict(string message) => new(409, "DeleteConflict", message);

    public static AwsFault Denied(string message) => new(403, "AccessDenied", message);

    public static AwsFault BadPolicy(string message) => new(400, "MalformedPolicyDocument", message);

    public static AwsFault Throttled() => new(400, "Throttling", "Rate exceeded");
}
