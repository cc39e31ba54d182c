using Coffer.Kernel.Requests;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary><c>sys/leader</c>.</summary>
internal static class LeaderPath
{
    public static OpenPath Row { get; } = new("leader", "Shows which node leads.") { Read = (server, _, _) => ValueTask.FromResult(Leader(server.Since)), TakesHead = true };

    // One node knows that nobody else leads, sealed or not.
    private static ApiReply Leader(DateTimeOffset since) => ApiReply.Bare(200, json =>
    {
        json.WriteBoolean("ha_enabled", false);
        json.WriteBoolean("is_self", false);
        json.WriteString("active_time", Rfc3339.Format(since));
        json.WriteString("leader_address", "");
        json.WriteString("leader_cluster_address", "");
        json.WriteBoolean("performance_standby", false);
        json.WriteNumber("performance_standby_last_remote_wal", 0);
    });
}
