using System.Text.Json;

namespace Coffer.Conformance.Tests.Recordings;

/// <summary>What a reply must look like.</summary>
internal sealed record Expectation
{
    public required int Status { get; init; }

    /// <summary>The shape of the body; null when the body does not count.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>The recorded error texts; null when no error is expected.</summary>
    public IReadOnlyList<string>? Errors { get; init; }

    /// <summary>Whether the error texts have to be these, to the letter.</summary>
    public bool ErrorTextsCount { get; init; }

    /// <summary>Parts of the body that do not count; <c>.</c> is the whole of it.</summary>
    public IReadOnlySet<string> Ignored { get; init; } = new HashSet<string>();

    /// <summary>Lists whose order does not count.</summary>
    public IReadOnlySet<string> Unordered { get; init; } = new HashSet<string>();

    public static Expectation? Read(JsonElement step) => !step.TryGetProperty("expect", out var expect) ? null : new Expectation
    {
        Status = expect.GetProperty("status").GetInt32(),
        Body = expect.TryGetProperty("body", out var body) ? body : null,
        Errors = expect.TryGetProperty("errors", out _) ? Texts(expect, "errors") : null,
        ErrorTextsCount = step.TryGetProperty("errors", out var count) && count.GetBoolean(),
        Ignored = Texts(step, "ignore").ToHashSet(),
        Unordered = Texts(step, "unordered").ToHashSet(),
    };

    private static string[] Texts(JsonElement owner, string name) => owner.TryGetProperty(name, out var texts) && texts.ValueKind == JsonValueKind.Array
        ? [.. texts.EnumerateArray().Select(text => text.ValueKind == JsonValueKind.String ? text.GetString()! : text.GetRawText())]
        : [];
}
