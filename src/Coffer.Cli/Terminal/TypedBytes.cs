using System.Text.Unicode;

namespace Coffer.Cli.Terminal;

/// <summary>The arguments as the process got them. The runtime makes text of them, and what is not UTF-8 becomes something else without a word.</summary>
internal static class TypedBytes
{
    private const char Replacement = '\ufffd';
    private const string Source = "/proc/self/cmdline";

    /// <summary>Whether the arguments are what was typed. Where the system does not tell, they are taken to be.</summary>
    public static bool AreText(string[] args) =>
        !args.Any(argument => argument.Contains(Replacement, StringComparison.Ordinal)) || !File.Exists(Source) || Utf8.IsValid(File.ReadAllBytes(Source));
}
