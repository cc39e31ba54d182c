using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Coffer.Aws.Policies;

/// <summary>What a policy document is attached to; decides which elements it must and must not have.</summary>
public enum PolicyUse
{
    /// <summary>Attached to a user, group, role or session: resources, and no principal.</summary>
    Identity,

    /// <summary>Who may assume a role: a principal, and no resources.</summary>
    Trust,
}

/// <summary>A policy document that AWS cannot take.</summary>
/// <param name="message">AWS's own sentence where it has one.</param>
public sealed class PolicyFormatException(string message) : Exception(message);

/// <summary>A policy in IAM's JSON language.</summary>
public sealed record PolicyDocument
{
    /// <summary>The current version of the language, the only one with policy variables.</summary>
    public const string CurrentVersion = "2012-10-17";

    /// <summary>The version that holds when none is given.</summary>
    public const string OldVersion = "2008-10-17";

    public string Version { get; init; } = CurrentVersion;

    public string? Id { get; init; }

    public required ImmutableArray<PolicyStatement> Statements { get; init; }

    /// <summary>Reads a document strictly: unknown or doubled elements are refused with <see cref="PolicyFormatException"/>.</summary>
    public static PolicyDocument Parse(string json, PolicyUse use) => PolicyParser.Parse(json, use);

    /// <summary>The length that AWS's quotas count: white space outside strings is free.</summary>
    public static int CountedLength(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return json.Count(letter => letter is not (' ' or '\t' or '\r' or '\n'));
    }

    /// <summary>The document as compact JSON.</summary>
    public string ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString(nameof(Version), Version);
            if (Id is not null)
            {
                json.WriteString(nameof(Id), Id);
            }

            json.WriteStartArray("Statement");
            foreach (var statement in Statements)
            {
                statement.Write(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
