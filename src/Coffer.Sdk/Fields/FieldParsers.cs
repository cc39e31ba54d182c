using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Coffer.Text;

namespace Coffer.Sdk.Fields;

/// <summary>Conversions from JSON as lenient as Vault's: numbers as text, text as numbers, one value as a list.</summary>
internal static class FieldParsers
{
    public static ImmutableSortedDictionary<string, string> NoText { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static bool Text(JsonElement value, out string parsed, out string problem)
    {
        problem = "expected text";
        parsed = Scalar(value) ?? "";
        return Scalar(value) is not null;
    }

    public static bool Count(JsonElement value, out long parsed, out string problem)
    {
        problem = "expected a whole number";
        parsed = 0;
        return value.ValueKind switch
        {
            JsonValueKind.Number => TryWhole(value, out parsed),
            JsonValueKind.String => value.GetString() is { } text && (text.Length == 0 || TryWhole(text, out parsed)),
            JsonValueKind.True => (parsed = 1) == 1,
            JsonValueKind.False => true,
            _ => false,
        };
    }

    public static bool Decimal(JsonElement value, out double parsed, out string problem)
    {
        problem = "expected a number";
        parsed = 0;
        var isNumber = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out parsed),
            JsonValueKind.String => double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out parsed),
            _ => false,
        };

        // Minus zero is zero.
        parsed += 0.0;
        return isNumber && double.IsFinite(parsed);
    }

    /// <summary>The duration that a text means where the word <c>system</c> is written for none.</summary>
    public static bool TryDurationText(string text, out TimeSpan duration)
    {
        duration = default;
        return text == "system" || GoDuration.TryParse(text, out duration);
    }

    public static bool Boolean(JsonElement value, out bool parsed, out string problem)
    {
        problem = "expected true or false";
        parsed = value.ValueKind == JsonValueKind.True;
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return true;
            case JsonValueKind.Number:
                return value.TryGetDouble(out var number) && ((parsed = number != 0) || number == 0);
            case JsonValueKind.String:
                var text = value.GetString()!;
                parsed = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
                return parsed || text is "0" or "f" or "F" or "false" or "FALSE" or "False" or "";
            default:
                return false;
        }
    }

    public static bool Duration(JsonElement value, out TimeSpan parsed, out string problem)
    {
        if (SignedDuration(value, out parsed, out problem) && parsed < TimeSpan.Zero)
        {
            problem = "cannot provide negative value";
            return false;
        }

        return problem.Length == 0;
    }

    public static bool SignedDuration(JsonElement value, out TimeSpan parsed, out string problem)
    {
        parsed = default;
        var ok = value.ValueKind switch
        {
            JsonValueKind.Number or JsonValueKind.String => GoDuration.TryParse(Scalar(value), out parsed),
            _ => false,
        };
        problem = ok ? "" : "expected a duration such as 3600, \"1h\" or \"90s\"";
        return ok;
    }

    public static bool TextList(JsonElement value, out ImmutableArray<string> parsed, out string problem)
    {
        problem = "expected a list of texts, or one text with commas";
        parsed = [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (Scalar(value) is not { } text)
            {
                return false;
            }

            parsed = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
            return true;
        }

        var list = ImmutableArray.CreateBuilder<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (Scalar(item) is not { } text)
            {
                return false;
            }

            text = text.Trim();
            if (text.Length > 0)
            {
                list.Add(text);
            }
        }

        parsed = list.ToImmutable();
        return true;
    }

    public static bool CountList(JsonElement value, out ImmutableArray<long> parsed, out string problem)
    {
        problem = "expected a list of whole numbers, or one text with commas";
        parsed = [];
        var list = ImmutableArray.CreateBuilder<long>();
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (!Count(item, out var number, out _))
                {
                    return false;
                }

                list.Add(number);
            }
        }
        else
        {
            if (Scalar(value) is not { } text)
            {
                return false;
            }

            foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!TryWhole(part, out var number))
                {
                    return false;
                }

                list.Add(number);
            }
        }

        parsed = list.ToImmutable();
        return true;
    }

    public static bool TextMap(JsonElement value, out ImmutableSortedDictionary<string, string> parsed, out string problem)
    {
        problem = "expected an object of texts, or a list of key=value";
        parsed = NoText;
        var map = NoText.ToBuilder();
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if (Scalar(property.Value) is not { } text)
                    {
                        return false;
                    }

                    map[property.Name] = text;
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (item.ValueKind != JsonValueKind.String || !TryAddPair(map, item.GetString()!))
                    {
                        return false;
                    }
                }

                break;
            case JsonValueKind.String:
                foreach (var pair in value.GetString()!.Split(',', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (!TryAddPair(map, pair))
                    {
                        return false;
                    }
                }

                break;
            default:
                return false;
        }

        parsed = map.ToImmutable();
        return true;
    }

    public static bool Records(IReadOnlyList<Field> fields, JsonElement value, out ImmutableArray<FieldRecord> parsed, out string problem)
    {
        problem = "expected a list of objects";
        parsed = [];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object))
        {
            return false;
        }

        var records = ImmutableArray.CreateBuilder<FieldRecord>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            var values = FieldValues.Parse(fields, item, [], out var wrong);
            records.Add(new FieldRecord(values, wrong));
        }

        parsed = records.MoveToImmutable();
        return true;
    }

    public static bool Object(JsonElement value, out JsonElement parsed, out string problem)
    {
        problem = "expected an object";
        parsed = value;
        return value.ValueKind == JsonValueKind.Object;
    }

    private static bool TryAddPair(ImmutableSortedDictionary<string, string>.Builder map, string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return false;
        }

        map[pair[..equals].Trim()] = pair[(equals + 1)..].Trim();
        return true;
    }

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => null,
    };

    private static bool TryWhole(JsonElement value, out long parsed)
    {
        if (value.TryGetInt64(out parsed))
        {
            return true;
        }

        // 3.0 and 3e2 are whole; 2.5 is not.
        if (value.TryGetDouble(out var number) && Math.Abs(number) < 1L << 53 && number == Math.Truncate(number))
        {
            parsed = (long)number;
            return true;
        }

        return false;
    }

    private static bool TryWhole(string text, out long parsed) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out parsed);
}
