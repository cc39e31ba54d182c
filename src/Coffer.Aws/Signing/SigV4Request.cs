namespace Coffer.Aws.Signing;

/// <summary>The parts of an HTTP request that a signature covers, as they stand on the wire.</summary>
public sealed record SigV4Request
{
    /// <summary>The payload hash that says the body is not covered (S3 only).</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>SHA-256 of nothing, in hex.</summary>
    public const string EmptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The method in upper case.</summary>
    public required string Method { get; init; }

    /// <summary>The path of the request line, escapes untouched, without the query.</summary>
    public required string RawPath { get; init; }

    /// <summary>The query of the request line, escapes untouched, without the question mark. Empty when there is none.</summary>
    public string RawQuery { get; init; } = "";

    /// <summary>Every header in the order received; a name may occur more than once. <c>Host</c> must be among them.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Lower-case hex SHA-256 of the body, or one of S3's marker words.</summary>
    public required string PayloadHash { get; init; }

    internal string? Header(string name)
    {
        foreach (var header in Headers)
        {
            if (string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }
}
