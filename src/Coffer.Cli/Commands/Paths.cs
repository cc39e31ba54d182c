namespace Coffer.Cli.Commands;

/// <summary>Paths as typed: slashes at the ends do not count, and several slashes in a row are one. Blanks are part of a name wherever they are.</summary>
internal static class Paths
{
    private const char Slash = '/';

    /// <summary>The path as it is sent, for every request of every command.</summary>
    public static string Sanitize(string path)
    {
        var ends = path.Trim(Slash);
        return ends.Contains("//", StringComparison.Ordinal) ? string.Join(Slash, ends.Split(Slash, StringSplitOptions.RemoveEmptyEntries)) : ends;
    }

    /// <summary>The same with a slash at the end, as mounts are shown; empty for an empty path.</summary>
    public static string AsMount(string path)
    {
        var sanitized = Sanitize(path);
        return sanitized.Length == 0 ? "" : sanitized + Slash;
    }

    /// <summary>Joins parts with single slashes; empty parts vanish.</summary>
    public static string Join(params ReadOnlySpan<string> parts) => Sanitize(string.Join(Slash, parts));
}
