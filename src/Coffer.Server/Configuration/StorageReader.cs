using Coffer.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>Reads a storage block by what its type declares.</summary>
internal sealed class StorageReader(ConfigurationNotes notes)
{
    /// <summary>Null when something is wrong, which is noted.</summary>
    public StorageOptions? Read(string file, HclKey name, HclObject body)
    {
        if (StorageCatalog.Find(name.Text) is not { } type)
        {
            notes.Problem(file, name.Position, $"storage \"{name.Text}\" is not known; there are {StorageCatalog.Names}");
            return null;
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in body.Items)
        {
            if (!type.Keys.Any(key => key.Name == item.Key.Text))
            {
                var takes = type.Keys.Count == 0 ? "none" : string.Join(", ", type.Keys.Select(key => key.Name));
                notes.Problem(file, item.Position, $"unknown key {item.Key.Text} in storage \"{type.Name}\", which takes {takes}");
            }
            else if (notes.Text(file, item) is not { } text)
            {
                return null;
            }
            else if (text.Length > 0)
            {
                settings[item.Key.Text] = text;
            }
        }

        var missing = type.Keys.Where(key => key.IsRequired && !settings.ContainsKey(key.Name)).ToList();
        foreach (var key in missing)
        {
            notes.Problem(file, name.Position, $"storage \"{type.Name}\" needs a {key.Name}");
        }

        return missing.Count > 0 ? null : new StorageOptions(type, settings);
    }
}
