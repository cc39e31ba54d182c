using System.Text.Json;

namespace Coffer.Conformance.Tests.Recordings;

/// <summary>A request as it was sent, with <c>${VAR}</c> still in it.</summary>
internal sealed record RecordedRequest
{
    public required string Method { get; init; }

    /// <summary>Below <c>/v1/</c>, with its query.</summary>
    public required string Path { get; init; }

    /// <summary>JSON; null sends no body.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>Text that is sent unchanged, whatever <see cref="Body"/> is.</summary>
    public string? Raw { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables to set from the reply: name and path of members, joined by dots.</summary>
    public IReadOnlyDictionary<string, string> Save { get; init; } = new Dictionary<string, string>();

    public static RecordedRequest Read(JsonElement step) => new()
    {
        Method = step.GetProperty("method").GetString()!,
        Path = step.GetProperty("path").GetString()!,
        Body = step.TryGetProperty("body", out var body) && body.ValueKind != JsonValueKind.Null ? body : null,
        Raw = step.TryGetProperty("raw", out var raw) ? raw.GetString() : null,
        Headers = Texts(step, "headers"),
        Save = Texts(step, "save"),
    };

    public override string ToString() => $"{Method} {Path}";

    private static Dictionary<string, string> Texts(JsonElement step, string name) => step.TryGetProperty(name, out var texts)
        ? texts.EnumerateObject().ToDictionary(text => text.Name, text => text.Value.GetString()!)
        : [];
}
