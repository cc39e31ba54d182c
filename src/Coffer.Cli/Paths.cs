namespace Coffer.Cli;

/// <summary>Paths as typed: blanks and slashes at the ends do not count, and several slashes in a row are one.</summary>
internal static class Paths
{
    private const char Slash = '/';

    /// <summary>The path as it is sent, for every request of every command.</summary>
    public static string Sanitize(string path)
    {
        var ends = path.Trim();
        while (ends.StartsWith(Slash) || ends.EndsWith(Slash))
        {
            ends = ends.Trim(Slash).Trim();
        }

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
