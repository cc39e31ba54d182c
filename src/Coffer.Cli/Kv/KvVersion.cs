using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Kv;

/// <summary>Reads a version of a key in order to write it again.</summary>
internal static class KvVersion
{
    /// <summary>The data and the number of a version; null asks for the newest. One that is deleted or destroyed ends the command.</summary>
    public static async Task<(JsonObject Data, JsonNode? Version)> ReadAsync(
        Invocation call, string path, long? version, string purpose, CancellationToken cancellation)
    {
        var metadata = await MetadataAsync(call, path, version, purpose, cancellation);
        if (GoValue.Of(metadata.Metadata["deletion_time"] ?? "").Length > 0)
        {
            throw CliException.Remote(version is null ? $"No data found at {path}; {purpose} only works on existing data" : "Cannot roll back to a version that has been deleted");
        }

        if (GoValue.Of(metadata.Metadata["destroyed"]) == "true")
        {
            throw CliException.Remote(version is null ? $"No data found at {path}; {purpose} only works on existing data" : "Cannot roll back to a version that has been destroyed");
        }

        return metadata.Data is { } data
            ? ((JsonObject)data.DeepClone(), metadata.Metadata["version"]?.DeepClone())
            : throw CliException.Remote($"No data found at {path}; {purpose} only works on existing data");
    }

    /// <summary>The number of the newest version, deleted or not.</summary>
    public static async Task<JsonNode?> NewestAsync(Invocation call, string path, string purpose, CancellationToken cancellation) =>
        (await MetadataAsync(call, path, null, purpose, cancellation)).Metadata["version"]?.DeepClone();

    private static async Task<(JsonObject Metadata, JsonObject? Data)> MetadataAsync(
        Invocation call, string path, long? version, string purpose, CancellationToken cancellation)
    {
        var request = ApiRequest.Read(path) with { WrapTtl = "" };
        if (version is not null)
        {
            request = request with { Query = [new("version", version.Value.ToString(CultureInfo.InvariantCulture))] };
        }

        var data = await ReadAsync(call, request, cancellation);
        return data["metadata"] is JsonObject metadata
            ? (metadata, data["data"] as JsonObject)
            : throw CliException.Remote($"No metadata found at {path}; {purpose} only works on existing data");
    }

    // A reading on the way to a write: -output-curl-string wants only the write.
    private static async Task<JsonObject> ReadAsync(Invocation call, ApiRequest request, CancellationToken cancellation)
    {
        try
        {
            return (await call.TrySendAsync(request, cancellation, preflight: true)).Data
                ?? throw CliException.Remote($"No value found at {request.Path}{Results.VersionOf(request)}");
        }
        catch (ApiException error) when (error.Status == 404)
        {
            return error.Reply.Data ?? throw CliException.Remote($"No value found at {request.Path}{Results.VersionOf(request)}");
        }
        catch (ApiException error)
        {
            throw call.Refusal(error, request, $"Error doing pre-read at {request.Path}");
        }
        catch (TransportException error)
        {
            throw call.Unreachable(error, $"Error doing pre-read at {request.Path}");
        }
    }
}
