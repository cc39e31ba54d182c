using System.Text.Json;
using System.Text.RegularExpressions;

namespace Coffer.Conformance.Tests.Matching;

/// <summary>The kinds of value that <c>{ "$is": KIND }</c> tells apart.</summary>
internal static partial class Kind
{
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        JsonValueKind.Number => "number",
        JsonValueKind.Array => "list",
        JsonValueKind.Object => "object",
        _ => OfText(value.GetString()!),
    };

    /// <summary>Whether a value is of the kind asked for. A uuid may be any string, and where a null was recorded anything may stand.</summary>
    public static bool Fits(string kind, JsonElement value) => kind switch
    {
        "any" or "null" => true,
        "string" or "uuid" => value.ValueKind == JsonValueKind.String,
        "time" or "number" or "bool" or "list" or "object" => Of(value) == kind,
        _ => throw new InvalidDataException($"a recording asks for a value of kind '{kind}', which there is not"),
    };

    private static string OfText(string text) => Uuid().IsMatch(text) ? "uuid" : Time().IsMatch(text) ? "time" : "string";

    [GeneratedRegex(@"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")]
    private static partial Regex Time();
}
