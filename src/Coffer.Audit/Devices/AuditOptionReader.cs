using Coffer.Text;

namespace Coffer.Audit.Devices;

/// <summary>Reads the options of one device, and gathers everything that is wrong with them. No problem repeats a value.</summary>
/// <param name="device">Its options, as they were sent.</param>
/// <param name="bounds">Of this device.</param>
internal sealed class AuditOptionReader(AuditDevice device, AuditBounds bounds)
{
    private const string DefaultTag = "coffer";
    private const int TagCharactersMax = 32;

    /// <summary>Everyone may read and write, and nobody may execute: an audit log holds what clients send, and they must not choose what the machine runs.</summary>
    private const int LargestMode = 0x1B6;

    private static readonly TimeSpan DefaultWriteTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWriteTimeout = TimeSpan.FromMinutes(1);

    private readonly List<string> _problems = [];

    /// <summary>Each names the option and what it must be.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <param name="known">The options that a device of this type takes.</param>
    public AuditDeviceOptions Read(string[] known)
    {
        if (device.Options.Keys.Any(name => !known.Contains(name, StringComparer.Ordinal)))
        {
            _problems.Add($"unknown option: a {device.Type} device takes {string.Join(", ", known)}");
        }

        return new AuditDeviceOptions
        {
            FilePath = FilePath(),
            Remote = Remote(),
            Mode = Mode(),
            LogRaw = Flag("log_raw", otherwise: false),
            HmacAccessor = Flag("hmac_accessor", otherwise: true),
            ElideListResponses = Flag("elide_list_responses", otherwise: false),
            SkipTest = Flag("skip_test", otherwise: false),
            Fsync = IsFsync(),
            Prefix = Prefix(),
        };
    }

    private string Text(string name, string otherwise = "") => device.Options.GetValueOrDefault(name) is { Length: > 0 } text ? text : otherwise;

    private bool Flag(string name, bool otherwise)
    {
        switch (Text(name))
        {
            case "":
                return otherwise;
            case "1" or "t" or "T" or "TRUE" or "true" or "True":
                return true;
            case "0" or "f" or "F" or "FALSE" or "false" or "False":
                return false;
            default:
                _problems.Add($"{name} must be true or false");
                return otherwise;
        }
    }

    private string FilePath()
    {
        var path = Text("file_path", Text("path"));
        if (device.Type == "file" && path.Length == 0)
        {
            _problems.Add("file_path is required");
        }

        return path;
    }

    private bool IsFsync()
    {
        if (Text("format") is not ("" or "json"))
        {
            _problems.Add("format must be \"json\": nothing else is offered");
        }

        var sync = Text("sync");
        if (sync is not ("" or "none" or "fsync"))
        {
            _problems.Add("sync must be \"fsync\", or \"none\" for writing without waiting for the disk");
        }

        return sync == "fsync";
    }

    private string Prefix()
    {
        var prefix = Text("prefix");
        if (prefix.Length > 0 && !bounds.AllowPrefix)
        {
            _problems.Add("prefix is not allowed: it lets the API decide how a file begins; the server's configuration can allow it");
        }

        if (prefix.Any(character => char.IsControl(character) || character is '{'))
        {
            _problems.Add("prefix must not hold control characters or an opening brace");
        }

        return prefix;
    }

    private UnixFileMode? Mode()
    {
        const UnixFileMode Otherwise = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var text = Text("mode");
        if (text.Length == 0)
        {
            return Otherwise;
        }

        if (text.Length > 6 || text.Any(digit => digit is < '0' or > '7'))
        {
            _problems.Add("mode must be octal, such as 0600");
            return Otherwise;
        }

        var mode = Convert.ToInt32(text, 8);
        if ((mode & ~LargestMode) != 0)
        {
            _problems.Add("mode is refused: an audit file can be readable and writable (0666 at most), never executable");
            return Otherwise;
        }

        return mode == 0 ? null : (UnixFileMode)mode;
    }

    private RemoteTarget? Remote()
    {
        var before = _problems.Count;
        RemoteTarget? remote = device.Type switch
        {
            "socket" => Socket(),
            "syslog" => SystemLog(),
            _ => null,
        };

        // What is wrong by itself is not compared with what is allowed.
        if (remote is not null && _problems.Count == before && !bounds.Allows(remote))
        {
            _problems.Add($"{remote.OptionName} is not among the targets that the server's configuration allows (audit_targets)");
        }

        return remote;
    }

    private RemoteTarget.Socket Socket()
    {
        var timeout = DefaultWriteTimeout;
        if (Text("write_timeout") is { Length: > 0 } asked && (!GoDuration.TryParse(asked, out timeout) || timeout <= TimeSpan.Zero || timeout > LongestWriteTimeout))
        {
            _problems.Add("write_timeout must be a duration of at most a minute, such as \"2s\"");
            timeout = DefaultWriteTimeout;
        }

        var socket = new RemoteTarget.Socket(Text("socket_type", "tcp"), Text("address"), timeout);
        if (socket.Address.Length == 0)
        {
            _problems.Add("address is required");
        }

        if (socket.Problem() is { } problem && (socket.Address.Length > 0 || !socket.IsKnownKind))
        {
            _problems.Add(problem);
        }

        return socket;
    }

    private RemoteTarget.SystemLog SystemLog()
    {
        var facility = RemoteTarget.SystemLog.FacilityOf(Text("facility", "AUTH"));
        if (facility < 0)
        {
            _problems.Add("facility must be one of the system log, such as AUTH or LOCAL3");
        }

        var tag = Text("tag", DefaultTag);
        if (tag.Length > TagCharactersMax || tag.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.' or '/')))
        {
            _problems.Add("tag must be 1 to 32 letters, digits, '-', '_', '.' or '/'");
        }

        return new RemoteTarget.SystemLog(facility, tag, DefaultWriteTimeout);
    }
}
