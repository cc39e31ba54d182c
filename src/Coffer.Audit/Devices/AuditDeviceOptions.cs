namespace Coffer.Audit.Devices;

/// <summary>The options of a device, parsed.</summary>
public sealed record AuditDeviceOptions
{
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

    /// <summary>Reads the options of a device.</summary>
    /// <param name="device">Of a type that there is: see <see cref="TypeProblem"/>.</param>
    /// <param name="bounds">Where devices may write.</param>
    /// <param name="parsed">What could be read; defaults for the rest.</param>
    /// <param name="problem">Everything that is wrong, for the client; empty when all is well.</param>
    public static bool TryParse(AuditDevice device, AuditBounds bounds, out AuditDeviceOptions parsed, out string problem)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(bounds);
        var reader = new AuditOptionReader(device, bounds.Of(device));
        parsed = reader.Read([.. Own[device.Type], .. Common]);
        problem = string.Join("; ", reader.Problems);
        return problem.Length == 0;
    }
}
