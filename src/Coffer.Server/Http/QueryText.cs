using System.Text;
using System.Text.Json;
using Coffer.Sdk.Replies;

namespace Coffer.Server.Http;

/// <summary>The query string: parameters of a read, a listing or a delete.</summary>
internal static class QueryText
{
    private const int ParametersMax = 256;

    public static bool TryParse(string query, out Dictionary<string, List<string>> parameters, out string problem)
    {
        parameters = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        problem = "error parsing query: a percent escape is broken, or there are too many parameters";
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (!TryDecode(equals < 0 ? part : part[..equals], out var name) || !TryDecode(equals < 0 ? "" : part[(equals + 1)..], out var value))
            {
                return false;
            }

            if (!parameters.TryGetValue(name, out var values))
            {
                parameters[name] = values = [];
            }

            values.Add(value);
            if (parameters.Count > ParametersMax || values.Count > ParametersMax)
            {
                return false;
            }
        }

        if (parameters.TryGetValue("list", out var list) && !IsTrue(list[0]) && !IsFalse(list[0]))
        {
            problem = "error parsing query: list must be true or false";
            return false;
        }

        return true;
    }

    public static bool IsTrue(string value) => value is "1" or "t" or "T" or "true" or "TRUE" or "True";

    /// <summary>The parameters as an object: a text each, or a list where a name occurs more than once.</summary>
    public static JsonDocument ToJson(Dictionary<string, List<string>> parameters) => JsonDocument.Parse(JsonText.Write(json =>
    {
        foreach (var (name, values) in parameters)
        {
            if (values.Count == 1)
            {
                json.WriteString(name, values[0]);
                continue;
            }

            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }
    }).Utf8);

    private static bool IsFalse(string value) => value is "0" or "f" or "F" or "false" or "FALSE" or "False" or "";

    private static bool TryDecode(string text, out string decoded)
    {
        decoded = text.Replace('+', ' ');
        for (var percent = decoded.IndexOf('%', StringComparison.Ordinal); percent >= 0; percent = decoded.IndexOf('%', percent + 1))
        {
            if (percent + 2 >= decoded.Length || !char.IsAsciiHexDigit(decoded[percent + 1]) || !char.IsAsciiHexDigit(decoded[percent + 2]))
            {
                return false;
            }
        }

        decoded = Uri.UnescapeDataString(decoded);
        return !decoded.Any(character => character == '\0') && Encoding.UTF8.GetByteCount(decoded) >= 0;
    }
}
