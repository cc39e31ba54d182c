using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Coffer.Text;

namespace Coffer.Kernel.Identity.Oidc;

/// <summary>
/// A role's template: JSON in which <c>{{identity...}}</c> and <c>{{time...}}</c> stand for whole values. What they stand for is written as a JSON
/// value of its own, so no value can become syntax.
/// </summary>
internal static class OidcTemplate
{
    private static readonly string[] Restricted = ["iat", "aud", "exp", "iss", "sub", "namespace"];

    /// <summary>A member that only the server itself writes. Asked when a template is filled as well: a directive may stand where a name does.</summary>
    public static bool IsRestricted(string member) => Restricted.Contains(member, StringComparer.Ordinal);

    /// <summary>The text of a template that may have come in base64. A template itself is never base64, since it has braces.</summary>
    /// <param name="sent">The template as it came.</param>
    /// <param name="text">Its text; bytes that are not UTF-8 are replaced.</param>
    /// <returns>False when the base64 holds bytes that are not UTF-8.</returns>
    public static bool TryDecode(string sent, out string text)
    {
        var buffer = new byte[sent.Length];
        if (!Convert.TryFromBase64String(sent, buffer, out var length))
        {
            text = sent;
            return true;
        }

        var bytes = buffer.AsSpan(0, length);
        text = Encoding.UTF8.GetString(bytes);
        return Utf8.IsValid(bytes);
    }

    /// <summary>What is wrong with a template's text; null when all is well.</summary>
    public static string? ProblemOf(string template)
    {
        // For nobody in particular: which directives there are and what kind of value each has does not depend on whom they are filled with.
        if (!TryFill(template, entity: null, [], DateTimeOffset.UnixEpoch, out var filled))
        {
            return "error parsing template: no value could be found for one of the template directives";
        }

        try
        {
            using var document = JsonDocument.Parse(filled);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return "error parsing template JSON: the template must be an object";
            }

            return document.RootElement.EnumerateObject().Select(member => member.Name).FirstOrDefault(IsRestricted) is { } taken
                ? $"top level key \"{taken}\" not allowed. Restricted keys: {string.Join(", ", Restricted)}"
                : null;
        }
        catch (JsonException)
        {
            return "error parsing template JSON: the template is not valid JSON once its directives are filled in";
        }
    }

    /// <summary>The members that a template adds to a token.</summary>
    public static JsonDocument Fill(string template, EntityRecord entity, ImmutableArray<GroupRecord> groups, DateTimeOffset now) =>
        TryFill(template, entity, groups, now, out var filled)
            ? JsonDocument.Parse(filled)
            : throw new InvalidDataException("a stored template holds an unknown directive");

    private static bool TryFill(string template, EntityRecord? entity, ImmutableArray<GroupRecord> groups, DateTimeOffset now, out string filled)
    {
        var text = new StringBuilder();
        var at = 0;
        filled = "";
        while (true)
        {
            var start = template.IndexOf("{{", at, StringComparison.Ordinal);
            if (start < 0)
            {
                filled = text.Append(template, at, template.Length - at).ToString();
                return true;
            }

            var end = template.IndexOf("}}", start, StringComparison.Ordinal);
            if (end < 0 || ValueOf(template[(start + 2)..end].Trim(), entity, groups, now) is not { } value)
            {
                return false;
            }

            text.Append(template, at, start - at).Append(value);
            at = end + 2;
        }
    }

    /// <summary>The JSON text of a directive's value; null for a directive that there is not.</summary>
    private static string? ValueOf(string directive, EntityRecord? entity, ImmutableArray<GroupRecord> groups, DateTimeOffset now)
    {
        if (directive.StartsWith("time.now", StringComparison.Ordinal))
        {
            return TimeOf(directive["time.now".Length..], now);
        }

        if (!directive.StartsWith("identity.entity.", StringComparison.Ordinal))
        {
            return null;
        }

        var selector = directive["identity.entity.".Length..];
        return selector switch
        {
            "id" => Text(entity?.Id),
            "name" => Text(entity?.Name),
            "metadata" => Map(entity?.Metadata),
            "groups.ids" => Texts(groups.Select(group => group.Id)),
            "groups.names" => Texts(groups.Select(group => group.Name)),
            _ when Cut(selector, "metadata.") is { Length: > 0 } key => Text(entity?.Metadata?.GetValueOrDefault(key)),
            _ when Cut(selector, "aliases.") is { } alias && alias.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot =>
                AliasOf(entity?.AliasAt(alias[..dot]), alias[(dot + 1)..]),
            _ => null,
        };
    }

    private static string? AliasOf(AliasRecord? alias, string field) => field switch
    {
        "id" => Text(alias?.Id),
        "name" => Text(alias?.Name),
        "metadata" => Map(alias?.Metadata),
        "custom_metadata" => Map(alias?.CustomMetadata),
        _ when Cut(field, "metadata.") is { Length: > 0 } key => Text(alias?.Metadata?.GetValueOrDefault(key)),
        _ when Cut(field, "custom_metadata.") is { Length: > 0 } key => Text(alias?.CustomMetadata?.GetValueOrDefault(key)),
        _ => null,
    };

    private static string? TimeOf(string shift, DateTimeOffset now)
    {
        var sign = shift.StartsWith(".plus.", StringComparison.Ordinal) ? 1 : -1;
        var amount = Cut(shift, ".plus.") ?? Cut(shift, ".minus.");
        if (shift.Length == 0)
        {
            return now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        }

        return amount is not null && GoDuration.TryParse(amount, out var duration)
            ? (now.ToUnixTimeSeconds() + sign * (long)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture)
            : null;
    }

    private static string? Cut(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : null;

    private static string Text(string? value) => "\"" + JsonEncodedText.Encode(value ?? "") + "\"";

    private static string Texts(IEnumerable<string> values) => "[" + string.Join(',', values.Select(Text)) + "]";

    private static string Map(ImmutableSortedDictionary<string, string>? map) =>
        "{" + string.Join(',', (map ?? ImmutableSortedDictionary<string, string>.Empty).Select(pair => $"{Text(pair.Key)}:{Text(pair.Value)}")) + "}";
}
