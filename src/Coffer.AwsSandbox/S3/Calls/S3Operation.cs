using System.Collections.Immutable;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>One call of S3: how a request asks for it, what it heeds, and what it does.</summary>
/// <param name="Name">Such as <c>GetObject</c>.</param>
/// <param name="Method">Such as <c>GET</c>.</param>
/// <param name="Level">What its path names.</param>
/// <param name="Permission">The action that policies judge, on the path's resource; null where <paramref name="Run"/> judges by itself.</param>
/// <param name="Run">Does it, all under the account's lock.</param>
internal sealed record S3Operation(string Name, string Method, S3Level Level, string? Permission, Func<S3Call, WireReply> Run)
{
    /// <summary>Query words that make a request this call instead of the plain one of its method; all of them must be there.</summary>
    public ImmutableArray<string> Marks { get; init; } = [];

    /// <summary>The value that the first mark must have; null takes any.</summary>
    public string? MarkValue { get; init; }

    /// <summary>Whether a request asks for it by <c>x-amz-copy-source</c>; without it that header is refused.</summary>
    public bool Copies { get; init; }

    /// <summary>Further query words that it heeds.</summary>
    public ImmutableArray<string> Query { get; init; } = [];

    /// <summary>Headers beginning with <c>x-amz-</c> that it heeds beside those of every call; one that ends in a hyphen takes all that begin so.</summary>
    public ImmutableArray<string> Headers { get; init; } = [];
}
