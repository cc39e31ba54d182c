using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Operator;

/// <summary>What <c>status</c> and <c>operator unseal</c> show: the seal, and what the node knows of its cluster.</summary>
internal static class SealStatus
{
    /// <summary>Adds the answer of <c>sys/leader</c>.</summary>
    public static async Task<JsonObject> WithLeaderAsync(Invocation call, JsonObject seal, CancellationToken cancellation)
    {
        var status = (JsonObject)seal.DeepClone();
        var request = ApiRequest.Read("sys/leader") with { RootNamespace = true, WrapTtl = "" };
        try
        {
            var leader = (await call.TrySendAsync(request, cancellation)).Json ?? [];
            status["ha_enabled"] = leader["ha_enabled"]?.DeepClone() ?? false;
            foreach (var name in (ReadOnlySpan<string>)["is_self", "active_time", "leader_address", "leader_cluster_address", "raft_committed_index", "raft_applied_index"])
            {
                if (leader[name] is { } value && GoValue.Of(value) is not ("" or "0" or "false" or "0001-01-01T00:00:00Z"))
                {
                    status[name] = value.DeepClone();
                }
            }
        }
        catch (ApiException error) when (error.Status == 503)
        {
            // A sealed node of a cluster cannot say who leads.
            status["ha_enabled"] = true;
        }
        catch (ApiException error)
        {
            throw call.Refusal(error, request, "Error checking leader status");
        }
        catch (TransportException error)
        {
            throw call.Unreachable(error, "Error checking leader status");
        }

        return status;
    }

    public static void Print(Invocation call, JsonObject status)
    {
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(status);
            return;
        }

        var rows = new List<IReadOnlyList<string>>();
        AddSeal(rows, status);
        AddIfPresent(rows, status, "Version", "version");
        AddIfPresent(rows, status, "Build Date", "build_date");
        AddIfPresent(rows, status, "Commit Date", "commit_date");
        AddIfPresent(rows, status, "Storage Type", "storage_type");
        if (Text(status, "cluster_name").Length > 0 && Text(status, "cluster_id").Length > 0)
        {
            AddIfPresent(rows, status, "Cluster Name", "cluster_name");
            AddIfPresent(rows, status, "Cluster ID", "cluster_id");
        }

        rows.Add(["HA Enabled", Text(status, "ha_enabled")]);
        AddCluster(rows, status);
        AddIfPresent(rows, status, "Raft Committed Index", "raft_committed_index");
        AddIfPresent(rows, status, "Raft Applied Index", "raft_applied_index");
        call.Printer.Rows(rows);
    }

    /// <summary>A field for <c>status -field</c>; null when there is none of that name.</summary>
    public static JsonNode? Field(JsonObject status, string field) => field switch
    {
        "ha_mode" => Text(status, "is_self") == "true" ? "active" : "standby",
        _ => status[field],
    };

    private static void AddSeal(List<IReadOnlyList<string>> rows, JsonObject status)
    {
        var recovery = Text(status, "recovery_seal") == "true";
        rows.Add(["Seal Type", Text(status, "type")]);
        if (recovery)
        {
            rows.Add(["Recovery Seal Type", Text(status, "recovery_seal_type")]);
        }

        if (Text(status, "unseals_itself") == "true")
        {
            rows.Add(["Unseals Itself", "true"]);
        }

        rows.Add(["Initialized", Text(status, "initialized")]);
        rows.Add(["Sealed", Text(status, "sealed")]);
        rows.Add([recovery ? "Total Recovery Shares" : "Total Shares", Text(status, "n")]);
        rows.Add(["Threshold", Text(status, "t")]);
        if (Text(status, "sealed") == "true")
        {
            rows.Add(["Unseal Progress", $"{Text(status, "progress")}/{Text(status, "t")}"]);
            rows.Add(["Unseal Nonce", Text(status, "nonce")]);
        }

        if (Text(status, "migration") == "true")
        {
            rows.Add(["Seal Migration in Progress", "true"]);
        }
    }

    private static void AddCluster(List<IReadOnlyList<string>> rows, JsonObject status)
    {
        if (Text(status, "ha_enabled") != "true" || Text(status, "sealed") == "true")
        {
            return;
        }

        var active = Text(status, "is_self") == "true";
        rows.Add(["HA Cluster", Text(status, "leader_cluster_address")]);
        rows.Add(["HA Mode", active ? "active" : "standby"]);
        if (active)
        {
            AddIfPresent(rows, status, "Active Since", "active_time");
        }
        else
        {
            rows.Add(["Active Node Address", Text(status, "leader_address") is { Length: > 0 } address ? address : "<none>"]);
        }
    }

    private static void AddIfPresent(List<IReadOnlyList<string>> rows, JsonObject status, string title, string name)
    {
        if (Text(status, name) is { Length: > 0 } text)
        {
            rows.Add([title, text]);
        }
    }

    private static string Text(JsonObject status, string name) => status[name] is { } value ? GoValue.Of(value) : "";
}
