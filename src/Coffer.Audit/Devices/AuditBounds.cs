using System.Collections.Immutable;

namespace Coffer.Audit.Devices;

/// <summary>Where audit devices may write. The API can choose only inside these bounds; they come from the configuration.</summary>
/// <remarks>They bind when a device is enabled and again whenever its file is opened: bounds that became narrower stop a device.</remarks>
public sealed record AuditBounds
{
    private static readonly ImmutableArray<string> UsualSockets = ["/dev/log", "/var/run/syslog", "/var/run/log"];

    /// <summary>The API may create devices at all.</summary>
    public bool ApiMayCreate { get; init; }

    /// <summary>Folder that file devices made over the API must stay below; empty: none may be made. Made if it is missing.</summary>
    public string Folder { get; init; } = "";

    /// <summary>The server's own log file, which no device may write to; empty: there is none.</summary>
    public string LogFile { get; init; } = "";

    /// <summary>
    /// Devices may put a text of the client's choice before each line. Default false: with it, a client that may enable devices decides how a file begins.
    /// </summary>
    public bool AllowPrefix { get; init; }

    /// <summary>
    /// What socket and syslog devices made over the API may reach: <c>syslog</c>, <c>tcp://HOST:PORT</c>, <c>udp://HOST:PORT</c>, <c>unix:///PATH</c>. A port
    /// may be <c>*</c>.
    /// </summary>
    public ImmutableArray<string> Targets { get; init; } = [];

    /// <summary>Devices that the configuration declares. They are bounded by nothing else, and are no business of the API's.</summary>
    public ImmutableArray<DeclaredDevice> Declared { get; init; } = [];

    /// <summary>Where the system log may listen, in the order they are tried.</summary>
    public ImmutableArray<string> SystemLogSockets { get; init; } = UsualSockets;

    /// <summary>The bounds of one device: a declared one may write where the configuration says.</summary>
    public AuditBounds Of(AuditDevice device) => Declared.FirstOrDefault(declared => declared.IsAsDeclared(device)) is { } found
        ? this with { Folder = found.Folder, AllowPrefix = true, Targets = [RemoteTarget.Any] }
        : this;

    internal bool Allows(RemoteTarget target) => Targets.Any(allowed => allowed == RemoteTarget.Any || allowed == target.Name
        || (allowed.EndsWith(":*", StringComparison.Ordinal) && target.Name[..(target.Name.LastIndexOf(':') + 1)] == allowed[..^1]));
}
