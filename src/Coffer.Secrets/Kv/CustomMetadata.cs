using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Coffer.Sdk.Replies;

namespace Coffer.Secrets.Kv;

/// <summary>A user's own labels on a key: at most 64, names of 1 to 128 bytes, values of 1 to 512, printable characters only.</summary>
internal static class CustomMetadata
{
    private const string Failed = "custom_metadata validation failed";
    private const int LabelsMax = 64;
    private const int NameBytesMax = 128;
    private const int ValueBytesMax = 512;

    public static ImmutableSortedDictionary<string, string> None { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Reads labels onto <paramref name="before"/>; a null value removes one when <paramref name="patching"/>.</summary>
    /// <returns>Null when all is well: <paramref name="labels"/> is then to be stored.</returns>
    public static Reply? Parse(
        JsonElement sent, ImmutableSortedDictionary<string, string> before, bool patching, out ImmutableSortedDictionary<string, string> labels)
    {
        var problems = new List<string>();
        var found = before.ToBuilder();
        if (sent.GetPropertyCount() > LabelsMax)
        {
            problems.Add($"{Failed}: payload must contain at most {LabelsMax} keys, provided {sent.GetPropertyCount()}");
        }
        else
        {
            var entry = 0;
            foreach (var member in sent.EnumerateObject())
            {
                Read(member, ++entry, found, patching, problems);
            }

            if (found.Count > LabelsMax && problems.Count == 0)
            {
                problems.Add($"{Failed}: a key can have at most {LabelsMax} labels, these would make it {found.Count}");
            }
        }

        labels = found.ToImmutable();
        return problems.Count == 0 ? null : Reply.Invalid(Join(problems));
    }

    private static void Read(JsonProperty member, int entry, ImmutableSortedDictionary<string, string>.Builder found, bool patching, List<string> problems)
    {
        if (!StoredJson.TryName(member, out var name))
        {
            problems.Add($"{Failed}: key {entry} is not valid Unicode");
            return;
        }

        if (patching && member.Value.ValueKind == JsonValueKind.Null)
        {
            found.Remove(name);
            return;
        }

        if (TextOf(member.Value) is not { } value)
        {
            problems.Add($"{Failed}: value for key {entry} must be text");
            return;
        }

        Check(name, value, entry, problems);
        found[name] = value;
    }

    /// <param name="entry">Which of the entries it is, from 1: a refusal repeats neither key nor value.</param>
    private static void Check(string name, string value, int entry, List<string> problems)
    {
        if (Encoding.UTF8.GetByteCount(name) is var nameBytes && nameBytes is 0 or > NameBytesMax)
        {
            problems.Add($"{Failed}: length of key {entry} is {nameBytes} but must be 0 < len(key) <= {NameBytesMax}");
        }

        if (Encoding.UTF8.GetByteCount(value) is var valueBytes && valueBytes is 0 or > ValueBytesMax)
        {
            problems.Add($"{Failed}: length of value for key {entry} is {valueBytes} but must be 0 < len(value) <= {ValueBytesMax}");
        }

        if (!IsPrintable(name))
        {
            problems.Add($"{Failed}: key {entry} contains unprintable characters");
        }

        if (!IsPrintable(value))
        {
            problems.Add($"{Failed}: value for key {entry} contains unprintable characters");
        }
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                JsonValueKind.True => "1",
                JsonValueKind.False => "0",
                JsonValueKind.Null => "",
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair alone: the reader has no other way to say so.
            return null;
        }
    }

    private static bool IsPrintable(string text) => text.EnumerateRunes().All(rune => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or
        UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator));

    /// <summary>Several problems in one text, as Vault lists them.</summary>
    private static string Join(List<string> problems) =>
        $"{problems.Count} {(problems.Count == 1 ? "error" : "errors")} occurred:\n\t* {string.Join("\n\t* ", problems)}\n\n";
}
