using System.Text.Json;
using Coffer.Kernel;
using Coffer.Server.Configuration;

namespace Coffer.Server.Http.Bodies;

/// <summary>Bounds on a body's shape that a listener sets beyond the server's own. One pass over the bytes; nothing is built.</summary>
internal static class JsonShape
{
    private static readonly JsonBounds Unbounded = new();

    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsWithin(ReadOnlySpan<byte> body, JsonBounds bounds, out string problem)
    {
        problem = "";
        if (bounds == Unbounded)
        {
            return true;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Limits.JsonDepthMax });
        Span<int> counts = stackalloc int[Limits.JsonDepthMax + 1];
        Span<bool> isArray = stackalloc bool[Limits.JsonDepthMax + 1];
        var strings = 0;
        while (problem.Length == 0 && reader.Read())
        {
            var depth = reader.CurrentDepth;
            var isValue = reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject);
            if (depth > 0 && (isArray[depth - 1] ? isValue : reader.TokenType == JsonTokenType.PropertyName))
            {
                var max = isArray[depth - 1] ? bounds.ElementsMax : bounds.MembersMax;
                problem = ++counts[depth - 1] > max ? $"more than {max} {(isArray[depth - 1] ? "elements in an array" : "entries in an object")}" : problem;
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    (counts[depth], isArray[depth]) = (0, reader.TokenType == JsonTokenType.StartArray);
                    problem = depth + 1 > bounds.DepthMax ? $"nested deeper than {bounds.DepthMax} levels" : problem;
                    break;
                case JsonTokenType.String:
                    problem = reader.ValueSpan.Length > bounds.StringBytesMax ? $"a string longer than {bounds.StringBytesMax} bytes"
                        : ++strings > bounds.StringsMax ? $"more than {bounds.StringsMax} strings"
                        : problem;
                    break;
                default:
                    break;
            }
        }

        problem = problem.Length > 0 ? $"error parsing JSON: {problem}, which is more than the listener allows" : problem;
        return problem.Length == 0;
    }
}
