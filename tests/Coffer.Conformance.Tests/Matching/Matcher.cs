using System.Text.Json;
using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests.Matching;

/// <summary>Compares a reply's body with the recorded one, by the rules of the recordings.</summary>
/// <remarks>
/// Members that were not recorded may be there. A recorded one must be there, unless it was recorded as null, empty, false or zero.
/// <c>{ "$is": KIND }</c> stands for any value of a kind, <c>{ "$near": N }</c> for a number within <see cref="Nearness"/> of N.
/// </remarks>
internal sealed class Matcher(IReadOnlySet<string> ignored, IReadOnlySet<string> unordered)
{
    /// <summary>How far a number may be from the one it should be near, mostly seconds.</summary>
    public const double Nearness = 15;

    private const int ShownMax = 140;

    /// <summary>How long the case has run: what is left of a life is less by so much, and a busy machine takes longer than <see cref="Nearness"/>.</summary>
    public TimeSpan Elapsed { get; init; }

    public Matcher(Expectation expectation) : this(expectation.Ignored, expectation.Unordered)
    {
    }

    /// <summary>What differs, one line each; none when the body is as recorded.</summary>
    public IEnumerable<string> Differences(JsonElement want, JsonElement got) => Compare(want, got, "");

    public static string Shown(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Undefined ? "nothing" : value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= ShownMax ? text : text[..ShownMax] + "...";
    }

    private IEnumerable<string> Compare(JsonElement want, JsonElement got, string at)
    {
        if (ignored.Contains(at.Length == 0 ? "." : at))
        {
            return [];
        }

        return want.ValueKind switch
        {
            JsonValueKind.Object when want.TryGetProperty("$is", out var kind) =>
                Kind.Fits(kind.GetString()!, got) ? [] : [Line(at, $"want a {kind.GetString()}, got {Shown(got)}")],
            JsonValueKind.Object when want.TryGetProperty("$near", out var number) =>
                IsNear(number.GetDouble(), got) ? [] : [Line(at, $"want about {number}, got {Shown(got)}")],
            JsonValueKind.Object when got.ValueKind != JsonValueKind.Object => [Line(at, $"want an object, got {Shown(got)}")],
            JsonValueKind.Object => CompareMembers(want, got, at),
            JsonValueKind.Array when got.ValueKind != JsonValueKind.Array => [Line(at, $"want a list, got {Shown(got)}")],
            JsonValueKind.Array when want.GetArrayLength() != got.GetArrayLength() => [Line(at, $"want {Shown(want)}, got {Shown(got)}")],
            JsonValueKind.Array => unordered.Contains(at) ? CompareSets(want, got, at) : CompareLists(want, got, at),
            _ => IsSame(want, got) || (IsEmptyScalar(want) && IsEmpty(got)) ? [] : [Line(at, $"want {Shown(want)}, got {Shown(got)}")],
        };
    }

    private IEnumerable<string> CompareMembers(JsonElement want, JsonElement got, string at)
    {
        foreach (var member in want.EnumerateObject())
        {
            var place = at.Length == 0 ? member.Name : $"{at}.{member.Name}";
            if (got.TryGetProperty(member.Name, out var value))
            {
                foreach (var difference in Compare(member.Value, value, place))
                {
                    yield return difference;
                }
            }
            else if (!MayBeMissing(member.Value) && !ignored.Contains(place))
            {
                yield return Line(place, $"missing, want {Shown(member.Value)}");
            }
        }
    }

    private IEnumerable<string> CompareLists(JsonElement want, JsonElement got, string at) => want.EnumerateArray()
        .Zip(got.EnumerateArray(), (wanted, found) => (wanted, found))
        .SelectMany((pair, index) => Compare(pair.wanted, pair.found, at.Length == 0 ? $"{index}" : $"{at}.{index}"));

    private IEnumerable<string> CompareSets(JsonElement want, JsonElement got, string at)
    {
        var left = got.EnumerateArray().ToList();
        foreach (var wanted in want.EnumerateArray())
        {
            var match = left.FindIndex(found => !Compare(wanted, found, at + ".*").Any());
            if (match < 0)
            {
                yield return Line(at, $"no {Shown(wanted)} among {Shown(got)}");
                yield break;
            }

            left.RemoveAt(match);
        }
    }

    private static bool MayBeMissing(JsonElement want) => IsEmpty(want)
        || (want.ValueKind == JsonValueKind.Object && want.TryGetProperty("$is", out var kind) && kind.GetString() == "null");

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => IsEmptyScalar(value),
    };

    private static bool IsEmptyScalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Number => value.GetDouble() == 0,
        _ => false,
    };

    private static bool IsSame(JsonElement want, JsonElement got) => want.ValueKind == got.ValueKind && want.ValueKind switch
    {
        JsonValueKind.String => want.GetString() == got.GetString(),
        JsonValueKind.Number => want.GetRawText() == got.GetRawText() || want.GetDouble() == got.GetDouble(),
        _ => true,
    };

    private bool IsNear(double number, JsonElement got) => got.ValueKind == JsonValueKind.Number
        && got.GetDouble() <= number + Nearness
        && got.GetDouble() >= number - Math.Max(Nearness, Elapsed.TotalSeconds);

    private static string Line(string at, string what) => $"{(at.Length == 0 ? "." : at)}: {what}";
}
