using System.Collections.Immutable;
using System.Net;
using Coffer.Hcl;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Seal;
using Coffer.Server.Logging;

namespace Coffer.Server.Configuration;

/// <summary>The configuration as read, and everything wrong with it.</summary>
/// <param name="Options">Null when there are problems.</param>
/// <param name="Problems">Each names file, line and key, and what to do.</param>
/// <param name="Notices">Keys that Vault knows and Coffer has no use for.</param>
public sealed record ConfigurationResult(ServerOptions? Options, IReadOnlyList<string> Problems, IReadOnlyList<string> Notices)
{
    /// <summary>A digest of what each top-level key says, to find what has changed in a file.</summary>
    public IReadOnlyDictionary<string, string> Sections { get; init; } = new Dictionary<string, string>();
}

/// <summary>Reads server configuration in HCL or JSON, and reports every problem at once.</summary>
public sealed class ConfigurationReader
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["storage"] = "file",
        ["backend"] = "file",
        ["listener"] = "tcp",
        ["seal"] = "static",
        ["user_lockout"] = "all",
        ["audit"] = "file\" \"main",
    };

    private readonly ConfigurationNotes _notes = new();
    private readonly LockoutReader _lockout;
    private readonly List<ListenerOptions> _listeners = [];
    private readonly List<(EndPoint Address, string Where)> _places = [];
    private readonly SectionDigests _sections = new();
    private int _listenersSeen;
    private bool _isPartial;
    private StorageOptions? _storage;
    private bool _storageSeen;
    private TimeSpan _default = SystemTtl.Standard.Default;
    private TimeSpan _requestTime = new ListenerTimes().Request;
    private TimeSpan _lateCalls = LateCalls.Standard;
    private TimeSpan _max = SystemTtl.Standard.Max;
    private string _clusterName = "";
    private PasswordHashingOptions _hashing = new();
    private bool _raw;
    private bool _linkLocal;
    private bool _prometheus = true;
    private string _auditFolder = "";
    private string _apiAddress = "";
    private readonly List<DeclaredDevice> _declared = [];
    private ImmutableArray<string> _auditTargets = [];
    private bool _auditPrefix;
    private LogOptions _log = new();
    private IReadOnlyList<StaticKeySource> _staticKeys = [];
    private GivenConfiguration _given = GivenConfiguration.None;

    private ConfigurationReader() => _lockout = new LockoutReader(_notes);

    /// <summary>Reads files, and the <c>.hcl</c> and <c>.json</c> files of directories, later ones adding to earlier ones.</summary>
    public static ConfigurationResult Read(IReadOnlyList<string> paths)
    {
        var reader = new ConfigurationReader();
        foreach (var path in paths)
        {
            reader.ReadPath(path);
        }

        return reader.Result();
    }

    private ConfigurationResult Result()
    {
        // What a file that cannot be read would have said is not missed on top of that.
        if (!_storageSeen && !_isPartial)
        {
            _notes.Problem("no storage is configured: add storage \"file\" { path = \"/var/lib/coffer\" }");
        }

        if (_listenersSeen == 0 && !_isPartial)
        {
            _notes.Problem("no listener is configured: add listener \"tcp\" { address = \"127.0.0.1:8200\" tls_disable = true }");
        }

        if (_default > _max)
        {
            _notes.Problem("default_lease_ttl must not be longer than max_lease_ttl");
        }

        var options = _notes.Problems.Count > 0 ? null : new ServerOptions
        {
            Storage = _storage!,
            Listeners = [.. _listeners.Select(listener => listener.Times.Request > TimeSpan.Zero ? listener : listener with { Times = listener.Times with { Request = _requestTime } })],
            SystemTtl = new SystemTtl(_default, _max),
            LateCallTime = _lateCalls,
            Lockout = _lockout.Configuration,
            ClusterName = _clusterName,
            PasswordHashing = _hashing,
            Audit = new AuditBounds
            {
                ApiMayCreate = _auditFolder.Length > 0 || !_auditTargets.IsEmpty,
                Folder = _auditFolder,
                Targets = _auditTargets,
                AllowPrefix = _auditPrefix,
                Declared = [.. _declared],
            },
            ApiAddress = _apiAddress,
            Log = _log,
            StaticKeys = _staticKeys,
            RawStorage = _raw,
            AllowsLinkLocalEndpoints = _linkLocal,
            ShowsPrometheus = _prometheus,
            Given = _given,
        };
        return new ConfigurationResult(options, _notes.Problems, _notes.Notices) { Sections = _sections.Digests };
    }

    private void ReadPath(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                ReadFile(path);
                return;
            }

            foreach (var file in Directory.EnumerateFiles(path).Where(file => file.EndsWith(".hcl", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            {
                ReadFile(file);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _isPartial = true;
            _notes.Problem($"{path}: cannot be read: {error.Message}");
        }
    }

    private void ReadFile(string file)
    {
        if (Parsed(file) is not { } root)
        {
            return;
        }

        _given = _given with { Settings = _given.Settings.SetItems(GivenConfiguration.ScalarsOf(root)) };
        foreach (var item in root.Items)
        {
            _sections.Add(item);
            ReadItem(file, item);
        }

        ReadBlocks(file, root, "storage", ReadStorage);
        ReadBlocks(file, root, "backend", ReadStorage);
        ReadBlocks(file, root, "listener", ReadListener);
        ReadBlocks(file, root, "seal", ReadSeal);
        ReadBlocks(file, root, "user_lockout", _lockout.Read);
        ReadBlocks(file, root, "audit", 2, block => ReadAudit(file, block));
    }

    /// <summary>Null when it is no configuration, which is noted.</summary>
    private HclObject? Parsed(string file)
    {
        try
        {
            return HclText.Parse(BoundedFile.Read(file));
        }
        catch (HclException error)
        {
            _isPartial = true;
            _notes.Problem($"{file}:{error.Line}:{error.Column}: {error.Reason}");
            return null;
        }
    }

    private void ReadBlocks(string file, HclObject root, string name, Action<string, HclKey, HclObject> read) =>
        ReadBlocks(file, root, name, 1, block => read(file, block.Labels[0], block.Body));

    private void ReadBlocks(string file, HclObject root, string name, int labels, Action<HclBlock> read)
    {
        try
        {
            foreach (var block in root.Blocks(name, labels))
            {
                read(block);
            }
        }
        catch (HclException error)
        {
            // Of this kind of block alone: what else is wrong is still told.
            _isPartial = true;
            _notes.Problem($"{file}:{error.Line}:{error.Column}: {error.Reason}, such as {name} \"{Labels[name]}\" {{ }}");
        }
    }

    private void ReadItem(string file, HclItem item)
    {
        switch (item.Key.Text)
        {
            case "storage" or "backend" or "listener" or "user_lockout" or "seal":
                break;
            case "audit" when item.IsBlock && item.Labels.Length < 2:
                // Empty, it would pass for a list of no devices.
                _notes.Problem(file, item.Position, "'audit' takes 2 labels, a type and a path, such as audit \"file\" \"main\" { }");
                break;
            case "audit":
                break;
            case "default_lease_ttl":
                _default = _notes.Duration(file, item) ?? _default;
                break;
            case "max_lease_ttl":
                _max = _notes.Duration(file, item) ?? _max;
                break;
            case "default_max_request_duration" or "max_request_duration":
                _requestTime = _notes.Duration(file, item) ?? _requestTime;
                break;
            case "late_call_time":
                ReadLateCallTime(file, item);
                break;
            case "password_hashing_threads":
                _hashing = _hashing with { Threads = (int)Math.Min(_notes.Count(file, item, "threads") ?? _hashing.Threads, 1024) };
                break;
            case "password_hashing_queue":
                _hashing = _hashing with { WaitingMax = (int)Math.Min(_notes.Count(file, item, "waiting logins") ?? _hashing.WaitingMax, 65_536) };
                break;
            case "cluster_name":
                _clusterName = _notes.Text(file, item) ?? "";
                break;
            case "api_addr":
                _apiAddress = ApiAddress(file, item);
                break;
            case "log_level" or "log_format" or "log_file":
                ReadLog(file, item);
                break;
            case "audit_folder":
                _auditFolder = _notes.Text(file, item) ?? "";
                break;
            case "raw_storage_endpoint":
                _raw = _notes.Truth(file, item) ?? false;
                break;
            case "allow_link_local_endpoints":
                _linkLocal = _notes.Truth(file, item) ?? false;
                break;
            case "telemetry":
                ReadTelemetry(file, item);
                break;
            case "audit_targets":
                _auditTargets = new AuditReader(_notes).Targets(file, item);
                break;
            case "allow_audit_log_prefixing":
                _auditPrefix = _notes.Truth(file, item) ?? false;
                break;
            case var key when KnownKeys.TopLevel.TryGetValue(key, out var reason):
                _notes.NotUsed(file, item, reason);
                break;
            default:
                _notes.Problem(file, item.Position, $"unknown key {item.Key.Text}");
                break;
        }
    }

    private void ReadLateCallTime(string file, HclItem item)
    {
        if (_notes.Duration(file, item) is not { } time)
        {
            return;
        }

        if (time < LateCalls.Shortest || time > LateCalls.Longest)
        {
            _notes.Problem(file, item.Position, "late_call_time must be between 10s and 24h");
        }

        _lateCalls = time;
    }

    private string ApiAddress(string file, HclItem item)
    {
        if (_notes.Text(file, item) is not { } text)
        {
            return "";
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" })
        {
            return text.TrimEnd('/');
        }

        _notes.Problem(file, item.Position, "api_addr must be a URL without a path under which clients reach the server, such as https://coffer.example.com:8200");
        return "";
    }

    private void ReadTelemetry(string file, HclItem item)
    {
        if (item.Value is HclObject telemetry)
        {
            _given = _given with { Telemetry = GivenConfiguration.ScalarsOf(telemetry) };
        }

        foreach (var setting in (item.Value as HclObject)?.Items ?? [])
        {
            if (setting.Key.Text == "prometheus_retention_time")
            {
                // Counters are kept for as long as the process lives, so that only 0 means something.
                _prometheus = _notes.Text(file, setting) is not ("0" or "0s");
            }
            else if (KnownKeys.OfTelemetry.TryGetValue(setting.Key.Text, out var reason))
            {
                _notes.NotUsed(file, setting, reason);
            }
            else
            {
                _notes.Problem(file, setting.Position, $"unknown key {setting.Key.Text} in telemetry");
            }
        }
    }

    private void ReadLog(string file, HclItem item)
    {
        if (_notes.Text(file, item) is not { } text)
        {
            return;
        }

        switch (item.Key.Text)
        {
            case "log_level" when LogLevels.TryParse(text, out var level):
                _log = _log with { Level = level };
                break;
            case "log_level":
                _notes.Problem(file, item.Position, "log_level must be trace, debug, info, warn, error or off");
                break;
            case "log_format" when LogOptions.TryParseFormat(text, out var json):
                _log = _log with { Json = json };
                break;
            case "log_format":
                _notes.Problem(file, item.Position, "log_format must be standard or json");
                break;
            default:
                _log = _log with { File = text };
                break;
        }
    }

    private void ReadStorage(string file, HclKey name, HclObject body)
    {
        if (_storageSeen)
        {
            _notes.Problem(file, name.Position, "a second storage; there can be only one");
            return;
        }

        // One that is wrong counts as well, so that there is no second problem about a missing one.
        _storageSeen = true;
        _storage = new StorageReader(_notes).Read(file, name, body);
    }

    private void ReadListener(string file, HclKey type, HclObject body)
    {
        // One that is wrong counts as well, so that nobody is told on top that there is none.
        _listenersSeen++;
        if (new ListenerReader(_notes).Read(file, type, body) is not { } listener)
        {
            return;
        }

        if (_places.FirstOrDefault(place => ListenerAddress.Collide(place.Address, listener.Address)) is { Address: not null } taken)
        {
            _notes.Problem(file, type.Position, $"this listener has the address {ListenerAddress.Show(listener.Address)}, which the one at {taken.Where} takes already; give each an address of its own");
            return;
        }

        _places.Add((listener.Address, $"{file}:{type.Position}"));
        _listeners.Add(listener);
        _given = _given with { Listeners = _given.Listeners.Add(GivenConfiguration.ScalarsOf(body)) };
    }

    private void ReadAudit(string file, HclBlock block)
    {
        if (new AuditReader(_notes).Read(file, block, _declared) is { } device)
        {
            _declared.Add(device);
        }
    }

    private void ReadSeal(string file, HclKey type, HclObject body)
    {
        if (_staticKeys.Count > 0)
        {
            _notes.Problem(file, type.Position, "a second seal; there can be only one, with a current and a previous key");
        }

        _staticKeys = new SealReader(_notes).Read(file, type, body);
    }
}
