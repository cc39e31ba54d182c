using Coffer.Cli.Terminal;

namespace Coffer.Cli.Settings;

/// <summary>Environment variables by the part after their prefix. <c>COFFER_X</c> goes before <c>VAULT_X</c>; an empty one counts as unset.</summary>
internal sealed class EnvironmentSettings(ICliConsole console)
{
    public string? Read(string name)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["COFFER_", "VAULT_"])
        {
            var value = console.Variable(prefix + name);
            if (!string.IsNullOrEmpty(value))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The full name of the variable that gives the value, for messages; null when none does.</summary>
    public string? NameOf(string name) =>
        !string.IsNullOrEmpty(console.Variable("COFFER_" + name)) ? "COFFER_" + name
        : !string.IsNullOrEmpty(console.Variable("VAULT_" + name)) ? "VAULT_" + name
        : null;

    /// <summary>The user's home directory; empty when there is none.</summary>
    public string HomeDirectory => console.Variable("HOME") ?? "";
}
