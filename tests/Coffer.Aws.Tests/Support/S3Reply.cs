using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Coffer.Aws.Tests.Support;

/// <summary>What S3 answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">As text.</param>
/// <param name="Headers">Without regard to case.</param>
public sealed record S3Reply(int Status, string Body, ImmutableDictionary<string, string> Headers)
{
    /// <summary>The status and S3's own code, such as <c>404 NoSuchKey</c>; the status alone where nothing was refused.</summary>
    public string Outcome => Text("Code") is { } code && Status >= 300 ? $"{Status} {code}" : $"{Status}";

    /// <summary>The text of the first element of this name, or null.</summary>
    public string? Text(string element) => Texts(element) is [var first, ..] ? first : null;

    public IReadOnlyList<string> Texts(string element) =>
        [.. Regex.Matches(Body, $"<{element}>([^<]*)</{element}>").Select(match => System.Net.WebUtility.HtmlDecode(match.Groups[1].Value))];

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public static async Task<S3Reply> Of(HttpResponseMessage response, CancellationToken cancellation) => new(
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(cancellation),
        response.Headers.Concat(response.Content.Headers)
            .ToImmutableDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
}
