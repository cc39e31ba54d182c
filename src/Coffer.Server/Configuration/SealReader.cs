using Coffer.Barrier;
using Coffer.Hcl;
using Coffer.Kernel.Seal;
using Coffer.Server.Files;

namespace Coffer.Server.Configuration;

/// <summary>Reads <c>seal "static" { … }</c>: keys that unseal the server at its start. <c>seal "shamir"</c> is what there is in any case.</summary>
internal sealed class SealReader(ConfigurationNotes notes)
{
    private const string FileScheme = "file://";
    private const string VariableScheme = "env://";

    /// <summary>The keys, the current one first; none where something is wrong, which is noted.</summary>
    public IReadOnlyList<StaticKeySource> Read(string file, HclKey type, HclObject body)
    {
        if (type.Text == "shamir")
        {
            return [];
        }

        if (type.Text != "static")
        {
            notes.Problem(file, type.Position, $"seal \"{type.Text}\" is not known; there are static and shamir");
            return [];
        }

        var given = new Dictionary<string, GivenValue>(StringComparer.Ordinal);
        foreach (var item in body.Items)
        {
            if (item.Key.Text is "current_key_id" or "current_key" or "previous_key_id" or "previous_key")
            {
                given[item.Key.Text] = new GivenValue(notes, file, item);
            }
            else
            {
                notes.Problem(file, item.Position, $"unknown key {item.Key.Text} in seal \"static\"");
            }
        }

        if (!given.ContainsKey("current_key"))
        {
            notes.Problem(file, type.Position, "seal \"static\" needs current_key_id and current_key, such as current_key = \"file:///etc/coffer/unseal.key\"");
            // Its id alone is no second problem.
            given.Remove("current_key_id");
        }

        return [.. Source(file, type, given, "current"), .. Source(file, type, given, "previous")];
    }

    /// <summary>One key, or none where it is not given or something is wrong with it, which is noted.</summary>
    private IEnumerable<StaticKeySource> Source(string file, HclKey type, Dictionary<string, GivenValue> given, string which)
    {
        var hasId = given.TryGetValue($"{which}_key_id", out var givenId);
        var hasKey = given.TryGetValue($"{which}_key", out var givenKey);
        var id = hasId ? givenId.Text() : "";
        var place = hasKey ? givenKey.Text() : "";
        if (id is null || place is null || (id.Length == 0 && place.Length == 0))
        {
            return [];
        }

        if (id.Length == 0)
        {
            notes.Problem(file, type.Position, $"seal \"static\" needs {which}_key_id, a name by which you tell this key from the next");
        }

        if (!hasKey)
        {
            notes.Problem(file, type.Position, $"seal \"static\" needs {which}_key beside {which}_key_id: file:///PATH or env://NAME");
            return [];
        }

        return Usable(givenKey, id, place) is { } source ? [source] : [];
    }

    /// <summary>The key is read here for the first time, so that one that cannot be used is known before anything listens.</summary>
    private static StaticKeySource? Usable(GivenValue key, string id, string place)
    {
        if (SourceAt(id, place) is not { } source)
        {
            // The key itself may be there, so the value is not repeated.
            key.Problem($"{key.Item.Key.Text} must say where the key is, file:///PATH or env://NAME; a key has no place in a configuration file");
            return null;
        }

        try
        {
            source.Key().Dispose();
            return source;
        }
        catch (Exception error) when (error is IOException or BarrierException)
        {
            key.Problem($"{key.Item.Key.Text} names a key that cannot be used: {error.Message.TrimEnd('.')}");
            return null;
        }
    }

    private static StaticKeySource? SourceAt(string id, string place)
    {
        if (place.StartsWith(FileScheme, StringComparison.Ordinal) && place.Length > FileScheme.Length)
        {
            var path = place[FileScheme.Length..];
            return new StaticKeySource(id, path, () => BoundedFile.Read(path));
        }

        if (place.StartsWith(VariableScheme, StringComparison.Ordinal) && place.Length > VariableScheme.Length)
        {
            var name = place[VariableScheme.Length..];
            return new StaticKeySource(
                id,
                $"environment variable {name}",
                () => System.Text.Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(name) ?? throw new IOException("the environment variable is not set")));
        }

        return null;
    }
}
