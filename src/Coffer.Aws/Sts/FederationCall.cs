namespace Coffer.Aws.Sts;

/// <summary>What GetFederationToken takes. Without any policy the session may do nothing.</summary>
public sealed record FederationCall
{
    /// <summary>2 to 32 characters of <c>A-Z a-z 0-9 + = , . @ _ -</c>.</summary>
    public required string Name { get; init; }

    /// <summary>15 minutes to 36 hours; default 12 hours.</summary>
    public TimeSpan? Duration { get; init; }

    public string? Policy { get; init; }

    public IReadOnlyList<string> PolicyArns { get; init; } = [];

    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}
