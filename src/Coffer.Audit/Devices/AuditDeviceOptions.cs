using System.Collections.Immutable;
using Coffer.Text;

namespace Coffer.Audit.Devices;

/// <summary>The options of a device, parsed.</summary>
public sealed record AuditDeviceOptions
{
    private const string DefaultTag = "coffer";

    private static readonly TimeSpan DefaultWriteTimeout = TimeSpan.FromSeconds(2);
    private static readonly string[] Common = ["format", "log_raw", "hmac_accessor", "elide_list_responses", "prefix", "skip_test"];

    private static readonly Dictionary<string, string[]> Own = new(StringComparer.Ordinal)
    {
        ["file"] = ["file_path", "path", "mode", "sync"],
        ["socket"] = ["address", "socket_type", "write_timeout"],
        ["syslog"] = ["facility", "tag"],
    };

    /// <summary>Where a socket or syslog device sends to; null for a file device.</summary>
    public RemoteTarget? Remote { get; init; }

    /// <summary>An absolute path, or <c>stdout</c> or <c>discard</c>; empty for a device that is no file.</summary>
    public required string FilePath { get; init; }

    /// <summary>Mode of the file; null: leave it as it is. Default 0600. Never executable.</summary>
    public UnixFileMode? Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Nothing is hashed: every secret is in the file.</summary>
    public bool LogRaw { get; init; }

    public bool HmacAccessor { get; init; } = true;

    /// <summary>Listings show how many keys there are, not which.</summary>
    public bool ElideListResponses { get; init; }

    /// <summary>Put before each line.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>No test entry is written when the device is enabled.</summary>
    public bool SkipTest { get; init; }

    /// <summary>Each group of entries is on the platter before its requests go on.</summary>
    public bool Fsync { get; init; }

    public bool IsStandardOutput => FilePath == "stdout";

    public bool IsDiscard => FilePath == "discard";

    /// <summary>Why there are no devices of a type, for the client; null when there are.</summary>
    public static string? TypeProblem(string type) => type == "http"
        ? "audit devices of type \"http\" are not available; use \"file\", \"socket\" or \"syslog\""
        : Own.ContainsKey(type) ? null : "unknown backend type: there are file, socket and syslog";

    /// <param name="problem">What is wrong, for the client; empty when all is well.</param>
    public static bool TryParse(AuditDevice device, AuditBounds bounds, out AuditDeviceOptions parsed, out string problem)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(bounds);
        var options = device.Options;
        bounds = bounds.Of(device);
        string Text(string name) => options.GetValueOrDefault(name) ?? "";
        var found = "";
        bool Flag(string name, bool otherwise)
        {
            var text = Text(name);
            switch (text)
            {
                case "":
                    return otherwise;
                case "1" or "t" or "T" or "TRUE" or "true" or "True":
                    return true;
                case "0" or "f" or "F" or "FALSE" or "false" or "False":
                    return false;
                default:
                    found = $"{name} must be true or false";
                    return otherwise;
            }
        }

        parsed = new AuditDeviceOptions
        {
            FilePath = Text(Text("file_path").Length > 0 ? "file_path" : "path"),
            LogRaw = Flag("log_raw", otherwise: false),
            HmacAccessor = Flag("hmac_accessor", otherwise: true),
            ElideListResponses = Flag("elide_list_responses", otherwise: false),
            SkipTest = Flag("skip_test", otherwise: false),
            Prefix = Text("prefix"),
            Fsync = Text("sync") == "fsync",
        };
        var mode = ParseMode(Text("mode"), parsed.Mode, ref found);
        parsed = parsed with { Mode = mode, Remote = ParseRemote(device.Type, Text, ref found) };
        problem = TextProblem(device, parsed, bounds) ?? (found.Length > 0 ? found : TargetProblem(parsed.Remote, bounds) ?? "");
        return problem.Length == 0;
    }

    private static string? TextProblem(AuditDevice device, AuditDeviceOptions parsed, AuditBounds bounds)
    {
        var options = device.Options;
        string[] known = [.. Own[device.Type], .. Common];
        if (options.Keys.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is not null)
        {
            return $"unknown option: a {device.Type} device takes {string.Join(", ", known)}";
        }

        if (device.Type == "file" && parsed.FilePath.Length == 0)
        {
            return "file_path is required";
        }

        if (options.GetValueOrDefault("format") is not (null or "" or "json"))
        {
            return "format must be \"json\": nothing else is offered";
        }

        if (options.GetValueOrDefault("sync") is not (null or "" or "none" or "fsync"))
        {
            return "sync must be \"fsync\", or \"none\" for writing without waiting for the disk";
        }

        if (parsed.Prefix.Length > 0 && !bounds.AllowPrefix)
        {
            return "prefix is not allowed: it lets the API decide how a file begins; the server's configuration can allow it";
        }

        return parsed.Prefix.Any(character => char.IsControl(character) || character is '{')
            ? "prefix must not hold control characters or an opening brace"
            : null;
    }

    private static RemoteTarget? ParseRemote(string type, Func<string, string> text, ref string problem)
    {
        string Or(string name, string otherwise) => text(name) is { Length: > 0 } found ? found : otherwise;
        switch (type)
        {
            case "socket":
                var timeout = DefaultWriteTimeout;
                if (text("write_timeout") is { Length: > 0 } asked && (!GoDuration.TryParse(asked, out timeout) || timeout <= TimeSpan.Zero || timeout > TimeSpan.FromMinutes(1)))
                {
                    problem = "write_timeout must be a duration of at most a minute, such as \"2s\"";
                    timeout = DefaultWriteTimeout;
                }

                var socket = new RemoteTarget.Socket(Or("socket_type", "tcp"), text("address"), timeout);
                problem = socket.Address.Length == 0 ? "address is required" : socket.Problem() ?? problem;
                return socket;
            case "syslog":
                var facility = RemoteTarget.SystemLog.FacilityOf(Or("facility", "AUTH"));
                var tag = Or("tag", DefaultTag);
                problem = facility < 0 ? "facility must be one of the system log, such as AUTH or LOCAL3"
                    : tag.Length > 32 || tag.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.' or '/')) ? "tag must be 1 to 32 letters, digits, '-', '_', '.' or '/'"
                    : problem;
                return new RemoteTarget.SystemLog(facility, tag, DefaultWriteTimeout);
            default:
                return null;
        }
    }

    private static string? TargetProblem(RemoteTarget? remote, AuditBounds bounds) => remote is null || bounds.Allows(remote)
        ? null
        : $"{remote.OptionName} is not among the targets that the server's configuration allows (audit_targets)";

    private static UnixFileMode? ParseMode(string text, UnixFileMode? otherwise, ref string problem)
    {
        if (text.Length == 0)
        {
            return otherwise;
        }

        var mode = 0;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || text.Length > 6)
            {
                problem = "mode must be octal, such as 0600";
                return otherwise;
            }

            mode = mode * 8 + (digit - '0');
        }

        // An audit log holds what clients send: a file that can be run would let them choose what the machine runs.
        if ((mode & ~0x1B6) != 0)
        {
            problem = "mode is refused: an audit file can be readable and writable (0666 at most), never executable";
            return otherwise;
        }

        return mode == 0 ? null : (UnixFileMode)mode;
    }
}
