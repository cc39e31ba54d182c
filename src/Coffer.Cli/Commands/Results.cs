using System.Text.Json.Nodes;
using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>The steps that most commands share: read or write, then print what came.</summary>
internal static class Results
{
    /// <summary>Reads a path. Null: there is nothing there. A refusal ends the command.</summary>
    public static async Task<JsonObject?> ReadOrNullAsync(this Invocation call, ApiRequest request, string failure, CancellationToken cancellation)
    {
        try
        {
            return (await call.TrySendAsync(request, cancellation)).Json;
        }
        catch (ApiException error) when (error.Status == 404)
        {
            call.Printer.Take(error.Reply.Json);
            return error.Reply.Data is { Count: > 0 } || error.Warnings.Count > 0 ? error.Reply.Json : null;
        }
        catch (ApiException error)
        {
            throw call.Refusal(error, request, failure);
        }
        catch (TransportException error)
        {
            throw call.Unreachable(error, failure);
        }
    }

    /// <summary>Reads a path; nothing there ends the command.</summary>
    public static async Task<JsonObject> ReadAsync(this Invocation call, ApiRequest request, string failure, CancellationToken cancellation) =>
        await call.ReadOrNullAsync(request, failure, cancellation) ?? throw CliException.Remote($"No value found at {request.Path}{VersionOf(request)}");

    /// <summary>The version that was asked for, as words behind the path; empty where none was.</summary>
    public static string VersionOf(ApiRequest request) =>
        request.Query.FirstOrDefault(pair => pair.Key == "version").Value is { Length: > 0 } version ? $", version {version}" : "";

    /// <summary>Sends a request and prints the reply, or the given words when it has no body.</summary>
    public static async Task<int> SendAndPrintAsync(
        this Invocation call, ApiRequest request, string failure, string success, CancellationToken cancellation)
    {
        var reply = await call.SendAsync(request, failure, cancellation);
        return call.Print(reply.Json, success);
    }

    /// <summary>Prints a reply, its one field when one was asked for, or the given words when it says nothing.</summary>
    public static int Print(this Invocation call, JsonObject? envelope, string success)
    {
        if (envelope is null || (call.Printer.IsTable && call.Field.Length == 0 && SecretTable.Rows(SecretTable.Normal(envelope)).Count == 0))
        {
            if (success.Length > 0)
            {
                call.Printer.Note(success);
            }
        }
        else if (call.Field.Length > 0)
        {
            call.Printer.SecretField(envelope, call.Field);
        }
        else
        {
            call.Printer.Secret(envelope);
        }

        return 0;
    }

    /// <summary>Prints the keys of a LIST reply. Without any the exit code is 2, as for a missing path.</summary>
    public static int PrintList(this Invocation call, JsonObject? envelope, string path)
    {
        var keys = envelope.At("data").At("keys") as JsonArray;
        if (keys is null && !call.Printer.IsTable)
        {
            call.Printer.Data(new JsonObject());
            return 2;
        }

        if (envelope is null || envelope["data"] is null)
        {
            throw CliException.Remote($"No value found at {path}");
        }

        if (keys is null)
        {
            throw CliException.Remote($"No entries found at {path}");
        }

        PrintKeys(call, envelope, keys);
        return 0;
    }

    /// <summary>The legacy maps of <c>sys/mounts</c>, <c>sys/auth</c> and <c>sys/audit</c>: below <c>data</c>, or at the top of old servers.</summary>
    public static JsonObject Entries(this ApiReply reply)
    {
        var entries = new JsonObject();
        foreach (var (key, value) in reply.Data ?? reply.Json ?? [])
        {
            if (value is JsonObject && key.EndsWith('/'))
            {
                entries[key] = value.DeepClone();
            }
        }

        return entries;
    }

    private static void PrintKeys(Invocation call, JsonObject envelope, JsonArray keys)
    {
        var info = envelope["data"].At("key_info") as JsonObject;
        if (!call.Printer.IsTable)
        {
            if (call.Detailed)
            {
                call.Printer.Secret(envelope);
            }
            else
            {
                call.Printer.Data(keys);
            }

            return;
        }

        if (call.Detailed && info is { Count: > 0 } && keys.Count > 0)
        {
            PrintDetails(call, keys, info);
        }
        else
        {
            call.Printer.Data(keys);
        }
    }

    private static void PrintDetails(Invocation call, JsonArray keys, JsonObject info)
    {
        var columns = info.Select(entry => entry.Value).OfType<JsonObject>().SelectMany(entry => entry.Select(pair => pair.Key))
            .Distinct().Order(StringComparer.Ordinal).ToArray();
        var rows = new List<IReadOnlyList<string>>();
        foreach (var key in keys.Select(GoValue.Of).Order(StringComparer.Ordinal))
        {
            var entry = info[key] as JsonObject;
            rows.Add([key, .. columns.Select(column => entry?.ContainsKey(column) == true ? Cell(entry, column) : "n/a")]);
        }

        call.Printer.Line(Table.WithHeader(["Keys", .. columns], rows));
    }

    private static string Cell(JsonObject entry, string column)
    {
        var rows = SecretTable.DataRows(new JsonObject { [column] = entry[column]?.DeepClone() });
        return rows[0][1];
    }
}
