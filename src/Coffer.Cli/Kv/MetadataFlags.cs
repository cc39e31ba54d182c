using System.Text.Json.Nodes;
using Coffer.Cli.Flags;
using Coffer.Text;

namespace Coffer.Cli.Kv;

/// <summary>The settings of a key that can be put and patched.</summary>
internal sealed class MetadataFlags(FlagTable flags)
{
    private const string Group = "Command Options";
    private readonly NumberFlag _max = flags.Add(Group, new NumberFlag("max-versions", "How many versions to keep; 0 for the store's setting.", -1));
    private readonly SwitchFlag _cas = flags.Add(Group, new SwitchFlag("cas-required", "Refuse writes without -cas."));
    private readonly DurationFlag _deleteAfter = flags.Add(Group, new DurationFlag("delete-version-after", "How long a version lives before it deletes itself."));
    private readonly TextMapFlag _custom = flags.Add(Group, new TextMapFlag("custom-metadata", "A note on the key. May be given many times."));

    public IReadOnlyList<KeyValuePair<string, string>> Custom => _custom.Values;

    /// <summary>What was given, without the notes.</summary>
    public JsonObject Body()
    {
        var body = new JsonObject();
        if (_max.Value >= 0)
        {
            body["max_versions"] = _max.Value;
        }

        if (_cas.IsSet)
        {
            body["cas_required"] = _cas.Value;
        }

        if (_deleteAfter.IsSet)
        {
            body["delete_version_after"] = GoDuration.Format(_deleteAfter.Value);
        }

        return body;
    }

    /// <summary>The notes as a map.</summary>
    public JsonObject Notes()
    {
        var notes = new JsonObject();
        foreach (var (key, value) in _custom.Values)
        {
            notes[key] = value;
        }

        return notes;
    }
}
