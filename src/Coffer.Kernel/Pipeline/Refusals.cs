using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Refusals whose words clients match on, in the form that Vault gives them.</summary>
internal static class Refusals
{
    /// <summary>The policies say no. A bad token gets another text: <see cref="ApiError.PermissionDenied"/>.</summary>
    public static ApiError Denied { get; } = OneError(ErrorKind.PermissionDenied, "permission denied");

    public static ApiError UnsupportedPath { get; } = OneError(ErrorKind.NotFound, "unsupported path");

    public static ApiError UnsupportedOperation { get; } = OneError(ErrorKind.Unsupported, "unsupported operation");

    /// <summary>Sealing no longer waits for the request.</summary>
    public static ApiError Sealing { get; } = new(ErrorKind.Unavailable, "the server was sealed before the request had ended; unseal it and try again");

    /// <summary>The method that gave a token does not let it live longer.</summary>
    public static ApiError NotRenewed(string reason) => OneError(ErrorKind.Internal, $"failed to renew entry: {reason}");

    /// <summary>A message in the form of a list of one, where Vault answers so.</summary>
    public static ApiError OneError(ErrorKind kind, string message) => new(kind, $"1 error occurred:\n\t* {message}\n\n");
}
