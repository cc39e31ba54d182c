using System.Text.Json;
using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests.Matching;

/// <summary>Decides whether a reply is as recorded: status first, then the errors or the body.</summary>
internal static class ReplyCheck
{
    /// <param name="body">The reply's body; undefined when it was empty.</param>
    /// <param name="elapsed">How long the case has run.</param>
    public static IEnumerable<string> Differences(Expectation expect, int status, JsonElement body, Variables variables, TimeSpan elapsed = default)
    {
        if (status != expect.Status)
        {
            return [$"status: want {expect.Status}, got {status} {Matcher.Shown(body)}"];
        }

        if (expect.Errors is { } errors)
        {
            return Errors(errors, expect.ErrorTextsCount, body);
        }

        return expect.Body is { } want ? new Matcher(expect) { Elapsed = elapsed }.Differences(Known(want, variables), body) : [];
    }

    private static IEnumerable<string> Errors(IReadOnlyList<string> want, bool textsCount, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("errors", out var found) || found.ValueKind != JsonValueKind.Array
            || (want.Count > 0 && found.GetArrayLength() == 0))
        {
            yield return $"errors: want a list of errors like {JsonSerializer.Serialize(want)}, got {Matcher.Shown(body)}";
        }
        else if (textsCount && !found.EnumerateArray().Select(error => error.ToString()).SequenceEqual(want))
        {
            yield return $"errors: want {JsonSerializer.Serialize(want)}, got {Matcher.Shown(found)}";
        }
    }

    // What was expected was recorded with one variable left open: the address of the server.
    private static JsonElement Known(JsonElement want, Variables variables)
    {
        var address = new Variables();
        if (variables["addr"] is { } value)
        {
            address.Set("addr", value);
        }

        return address.Fill(want);
    }
}
