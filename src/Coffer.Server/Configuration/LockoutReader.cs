using Coffer.Hcl;
using Coffer.Kernel.Mounts;

namespace Coffer.Server.Configuration;

/// <summary>Reads the blocks <c>user_lockout "TYPE" { }</c>.</summary>
internal sealed class LockoutReader(ConfigurationNotes notes)
{
    /// <summary>Methods that a configuration written for Vault may name, and that are not here yet.</summary>
    private static readonly string[] NotHereYet = ["approle", "ldap"];

    private static IEnumerable<string> Types { get; } =
        EngineCatalog.All.Where(type => type.LocksNamesOut).Select(type => type.Name).Union(NotHereYet, StringComparer.Ordinal);

    public LockoutConfiguration Configuration { get; private set; } = new();

    public void Read(string file, HclKey type, HclObject body)
    {
        if (type.Text != "all" && !Types.Contains(type.Text, StringComparer.Ordinal))
        {
            notes.Problem(file, type.Position, $"user_lockout \"{type.Text}\" must be one of all, {string.Join(", ", Types)}");
            return;
        }

        var changes = new LockoutChanges();
        foreach (var item in body.Items)
        {
            switch (item.Key.Text)
            {
                case "lockout_threshold":
                    changes = changes with { Threshold = AtLeastOne(file, item, notes.Count(file, item, "failed logins")) };
                    break;
                case "lockout_duration":
                    changes = changes with { Duration = Positive(file, item) };
                    break;
                case "lockout_counter_reset":
                    changes = changes with { CounterReset = Positive(file, item) };
                    break;
                case "disable_lockout":
                    changes = changes with { Disabled = notes.Truth(file, item) };
                    break;
                default:
                    notes.Problem(file, item.Position, $"unknown key {item.Key.Text} in user_lockout \"{type.Text}\"");
                    break;
            }
        }

        Configuration = Configuration with { Blocks = Configuration.Blocks.SetItem(type.Text, changes) };
    }

    private long? AtLeastOne(string file, HclItem item, long? count)
    {
        if (count < 1)
        {
            notes.Problem(file, item.Position, $"{item.Key.Text} must be at least 1; to lock nobody out, set disable_lockout");
        }

        return count;
    }

    private TimeSpan? Positive(string file, HclItem item)
    {
        var duration = notes.Duration(file, item);
        if (duration <= TimeSpan.Zero)
        {
            notes.Problem(file, item.Position, $"{item.Key.Text} must be longer than 0; to lock nobody out, set disable_lockout");
        }

        return duration;
    }
}
