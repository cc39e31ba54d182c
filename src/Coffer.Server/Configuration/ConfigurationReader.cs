using System.Net;
using Coffer.Audit.Devices;
using Coffer.Hcl;
using Coffer.Server.Files;

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
    private readonly LifetimeRule _lifetimes = new();
    private int _listenersSeen;
    private bool _isPartial;
    private string _logFileAt = "";

    /// <summary>What was read so far. Storage and listeners are put in at the end.</summary>
    private ServerOptions _options = new() { Storage = StorageOptions.InMemory, Listeners = [] };

    private StorageOptions? _storage;
    private bool _storageSeen;
    private readonly List<DeclaredDevice> _declared = [];

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

        if (_lifetimes.Problem(_options.SystemTtl) is { } lifetimes)
        {
            _notes.Problem(lifetimes);
        }

        if (AuditReader.LogProblem(_declared, _options.Log.FilePath, "log_file") is { } shared)
        {
            _notes.Problem($"{_logFileAt}: {shared}");
        }

        var audit = _options.Audit;
        var options = _notes.Problems.Count > 0 ? null : _options with
        {
            Storage = _storage!,
            Listeners = [.. _listeners.Select(listener => listener.Times.Request > TimeSpan.Zero ? listener : listener with { Times = listener.Times with { Request = _options.RequestTime } })],
            Lockout = _lockout.Configuration,
            Audit = audit with { ApiMayCreate = audit.Folder.Length > 0 || !audit.Targets.IsEmpty, Declared = [.. _declared] },
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

        _options = _options with { Given = _options.Given with { Settings = _options.Given.Settings.SetItems(GivenConfiguration.ScalarsOf(root)) } };
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
            _notes.Problem($"{file}:{error.Line}:{error.Column}: {error.AnonymousReason}");
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
            // Of this kind of block alone: what else is wrong is still reported.
            _isPartial = true;
            _notes.Problem($"{file}:{error.Line}:{error.Column}: {error.AnonymousReason}, such as {name} \"{Labels[name]}\" {{ }}");
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
            case var name when TopLevelKeys.All.TryGetValue(name, out var key):
                Take(key, new GivenValue(_notes, file, item));
                break;
            default:
                _notes.Problem(file, item.Position, $"unknown key {item.Key.Text}");
                break;
        }
    }

    private void Take(TopLevelKey key, GivenValue value)
    {
        if (key.Apply is { } apply)
        {
            var before = _notes.Problems.Count;
            _options = apply(_options, value);
            _logFileAt = key.Name == "log_file" ? $"{value.File}:{value.Item.Position}" : _logFileAt;
            _lifetimes.Note(key.Name, $"{value.File}:{value.Item.Position}", isUnread: _notes.Problems.Count > before);
        }
        else
        {
            _notes.NotUsed(value.File, value.Item, key.NotUsed);
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
        // One that is wrong counts as well, so that no second problem says that there is none.
        _listenersSeen++;
        if (new ListenerReader(_notes).Read(file, type, body) is not { } listener)
        {
            return;
        }

        if (_places.FirstOrDefault(place => ListenerAddress.Collide(place.Address, listener.Address)) is { Address: not null } taken)
        {
            _notes.Problem(file, type.Position, $"this listener has the address that the one at {taken.Where} takes already; give each an address of its own");
            return;
        }

        _places.Add((listener.Address, $"{file}:{type.Position}"));
        _listeners.Add(listener);
        _options = _options with { Given = _options.Given with { Listeners = _options.Given.Listeners.Add(GivenConfiguration.ScalarsOf(body)) } };
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
        if (_options.StaticKeys.Count > 0)
        {
            _notes.Problem(file, type.Position, "a second seal; there can be only one, with a current and a previous key");
        }

        _options = _options with { StaticKeys = new SealReader(_notes).Read(file, type, body) };
    }
}
