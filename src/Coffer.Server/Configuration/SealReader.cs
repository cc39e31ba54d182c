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

        var before = notes.Problems.Count;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in body.Items)
        {
            if (item.Key.Text is "current_key_id" or "current_key" or "previous_key_id" or "previous_key")
            {
                values[item.Key.Text] = notes.Text(file, item) ?? "";
            }
            else
            {
                notes.Problem(file, item.Position, $"unknown key {item.Key.Text} in seal \"static\"");
            }
        }

        if (notes.Problems.Count > before)
        {
            return [];
        }

        if (!values.ContainsKey("current_key"))
        {
            notes.Problem(file, type.Position, "seal \"static\" needs current_key_id and current_key, such as current_key = \"file:///etc/coffer/unseal.key\"");
            return [];
        }

        return [.. Source(file, type, values, "current"), .. Source(file, type, values, "previous")];
    }

    private IEnumerable<StaticKeySource> Source(string file, HclKey type, Dictionary<string, string> values, string which)
    {
        var place = values.GetValueOrDefault($"{which}_key", "");
        var id = values.GetValueOrDefault($"{which}_key_id", "");
        if (place.Length == 0 && id.Length == 0)
        {
            yield break;
        }

        if (id.Length == 0)
        {
            notes.Problem(file, type.Position, $"seal \"static\" needs {which}_key_id, a name by which you tell this key from the next");
        }
        else if (place.StartsWith(FileScheme, StringComparison.Ordinal) && place.Length > FileScheme.Length)
        {
            var path = place[FileScheme.Length..];
            yield return new StaticKeySource(id, path, () => BoundedFile.Read(path));
        }
        else if (place.StartsWith(VariableScheme, StringComparison.Ordinal) && place.Length > VariableScheme.Length)
        {
            var name = place[VariableScheme.Length..];
            yield return new StaticKeySource(
                id,
                $"environment variable {name}",
                () => System.Text.Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(name) ?? throw new IOException($"the environment variable {name} is not set")));
        }
        else
        {
            // The key itself may stand there, so the value is not repeated.
            notes.Problem(file, type.Position, $"{which}_key must say where the key is, file:///PATH or env://NAME; a key has no place in a configuration file");
        }
    }
}
