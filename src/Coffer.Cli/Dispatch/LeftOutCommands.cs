namespace Coffer.Cli.Dispatch;

/// <summary>The commands of Vault's own program that this one does not have, each with the reason and what to use instead. docs/compatibility.md lists them.</summary>
internal static class LeftOutCommands
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["agent"] = "There is no agent in this program: log in with \"{0} login\", or over the API from the program that needs the secrets.",
        ["debug"] = "What the server knows of itself is read at sys/metrics, sys/host-info and sys/in-flight-req.",
        ["events"] = "The server sends no events: what was asked and answered is in the audit log.",
        ["hcp"] = "It serves HashiCorp's cloud, which this server is no part of.",
        ["monitor"] = "The server's log is what it writes to its standard error or to the log file that its configuration names.",
        ["namespace"] = "The server has no namespaces: teams are kept apart by mounts such as team/kv and by policies.",
        ["operator diagnose"] = "\"{0} server\" checks its configuration at the start and says what is wrong in it, and \"{0} status\" and sys/health say how a running server is.",
        ["operator import"] = "Secrets are brought in with \"{0} kv put\" or over the API.",
        ["operator members"] = "A server has no other members: one process serves one store.",
        ["operator migrate"] = "There is no other kind of storage to move to or from: the store is one database file, which can be copied while the server is stopped.",
        ["operator raft"] = "The store is one database file and no Raft cluster. For a snapshot, copy that file while the server is stopped.",
        ["operator usage"] = "Clients are not counted, since there is no licence to count them for.",
        ["operator utilization"] = "It reports on the use of a licence, and there is none.",
        ["pki"] = "An engine's paths are asked with \"{0} read\", \"{0} write\" and \"{0} list\".",
        ["plugin"] = "Engines are part of the program: nothing is loaded from the disk.",
        ["proxy"] = "There is no proxy in this program: clients speak to the server itself.",
        ["ssh"] = "An engine's paths are asked with \"{0} read\", \"{0} write\" and \"{0} list\".",
        ["transform"] = "It serves an engine of Vault Enterprise, which this server does not have.",
        ["transit"] = "An engine's paths are asked with \"{0} read\", \"{0} write\" and \"{0} list\".",
        ["version-history"] = "\"{0} list -detailed sys/version-history\" shows it.",
    };

    /// <summary>Every name.</summary>
    public static IEnumerable<string> Names => Reasons.Keys;

    /// <summary>Why a command is not there, as one line; null for what Vault does not have either.</summary>
    /// <param name="typed">The words that were typed, as far as they may be a command's name.</param>
    public static string? WhyNot(string program, string typed)
    {
        for (var name = typed; name.Length > 0; name = name.Contains(' ', StringComparison.Ordinal) ? name[..name.LastIndexOf(' ')] : "")
        {
            if (Reasons.TryGetValue(name, out var reason))
            {
                return $"\"{name}\" is a command of Vault that {program} leaves out. {reason.Replace("{0}", program, StringComparison.Ordinal)}";
            }
        }

        return null;
    }
}
