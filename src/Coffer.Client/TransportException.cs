namespace Coffer.Client;

/// <summary>No reply came: the server could not be reached, or what came was not HTTP.</summary>
public sealed class TransportException : Exception
{
    /// <summary>A failure of the given kind.</summary>
    public TransportException(TransportFailure failure, string method, string url, string reason, Exception? cause)
        : base($"{Title(method)} \"{url}\": {reason}", cause)
    {
        Failure = failure;
        Method = method;
        Url = url;
    }

    /// <summary>What went wrong.</summary>
    public TransportFailure Failure { get; }

    /// <summary>Method of the request.</summary>
    public string Method { get; }

    /// <summary>Address of the request.</summary>
    public string Url { get; }

    private static string Title(string method) =>
        method.Length == 0 ? method : string.Concat(method.AsSpan(0, 1), method[1..].ToLowerInvariant());
}
