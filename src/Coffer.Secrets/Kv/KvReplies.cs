using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Text;

namespace Coffer.Secrets.Kv;

/// <summary>The answers of a version 2 mount. Members stand in order of their names, as Vault's do.</summary>
internal static class KvReplies
{
    /// <summary>A version's metadata alone: the answer to a write.</summary>
    public static Reply.Data Version(KvKey key, long number, int status = 200) =>
        new(JsonText.Write((key, number), static (version, json) => WriteVersion(json, version.key, version.number))) { Status = status };

    /// <summary>Data, or a shape, with the metadata of its version. Without it (null): 404, and the metadata all the same.</summary>
    /// <param name="name"><c>data</c> or <c>subkeys</c>.</param>
    public static Reply Read(string name, ReadOnlyMemory<byte>? value, KvKey key, long number)
    {
        var body = JsonText.Write(
            (name, value, key, number),
            static (read, json) =>
            {
                // Members in order of their names: "data", "metadata", "subkeys".
                if (read.name == "data")
                {
                    WriteValue(json, read.name, read.value);
                }

                json.WriteStartObject("metadata");
                WriteVersion(json, read.key, read.number);
                json.WriteEndObject();
                if (read.name != "data")
                {
                    WriteValue(json, read.name, read.value);
                }
            });
        return new Reply.Data(body) { Status = value is null ? 404 : 200 };
    }

    public static Reply Metadata(KvKey key) => Reply.With(json =>
    {
        json.WriteBoolean("cas_required", key.CasRequired);
        json.WriteString("created_time", Time(key.Created));
        json.WriteNumber("current_version", key.CurrentVersion);
        WriteCustom(json, key);
        json.WriteString("delete_version_after", GoDuration.Format(key.DeleteVersionAfter));
        json.WriteNumber("max_versions", key.MaxVersions);
        json.WriteNumber("oldest_version", key.OldestVersion);
        json.WriteString("updated_time", Time(key.Updated));
        json.WriteStartObject("versions");
        for (var number = key.FirstVersion; number <= key.CurrentVersion; number++)
        {
            var version = key.Find(number)!; // Every number from first to current is there.
            json.WriteStartObject(number.ToString(CultureInfo.InvariantCulture));
            json.WriteString("created_time", Time(version.Created));
            json.WriteString("deletion_time", Time(version.Deletion));
            json.WriteBoolean("destroyed", version.Destroyed);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    /// <summary>For a path that only a version 1 mount would know: 404, and a warning that names the command to use.</summary>
    public static ValueTask<Reply> WrongPath(EngineRequest request, CancellationToken cancellation)
    {
        var command = request.Operation switch
        {
            Operation.Read => "get",
            Operation.List => "list",
            Operation.Patch => "patch",
            Operation.Delete => "delete",
            _ => "put",
        };
        return ValueTask.FromResult<Reply>(NotFoundWith(
            "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. "
                + $"If using the Vault CLI, use 'vault kv {command}' for this operation."));
    }

    /// <summary>For <c>data</c>, <c>metadata</c> and so on without a key.</summary>
    public static Reply NoKey(EngineRequest request) => (request.Path.EndsWith('/'), request.Operation) switch
    {
        (false, _) => NotFoundWith("Non-listing operations on the root of a K/V v2 mount are not supported."),
        (true, Operation.Delete) => Reply.Done,
        _ => Reply.NotFound,
    };

    private static Reply.Empty NotFoundWith(string warning) => new() { Status = 404, Warnings = ImmutableArray.Create(warning) };

    private static void WriteVersion(Utf8JsonWriter json, KvKey key, long number)
    {
        var version = key.Find(number)!; // Callers have found it before.
        json.WriteString("created_time", Time(version.Created));
        WriteCustom(json, key);
        json.WriteString("deletion_time", Time(version.Deletion));
        json.WriteBoolean("destroyed", version.Destroyed);
        json.WriteNumber("version", number);
    }

    private static void WriteValue(Utf8JsonWriter json, string name, ReadOnlyMemory<byte>? value)
    {
        json.WritePropertyName(name);
        if (value is { } text)
        {
            json.WriteRawValue(text.Span, skipInputValidation: true);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static void WriteCustom(Utf8JsonWriter json, KvKey key)
    {
        if (key.CustomMetadata is not { } custom)
        {
            json.WriteNull("custom_metadata");
            return;
        }

        json.WriteStartObject("custom_metadata");
        foreach (var (name, value) in custom)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    /// <summary>Empty for null.</summary>
    private static string Time(DateTimeOffset? time) => time is { } known ? Rfc3339.Format(known) : "";
}
