namespace Coffer.Cli;

/// <summary>Paths as typed: slashes at the ends do not count.</summary>
internal static class Paths
{
    public static string Sanitize(string path) => path.Trim().Trim('/');

    public static string WithTrailingSlash(string path)
    {
        var trimmed = path.Trim();
        return trimmed.Length == 0 || trimmed.EndsWith('/') ? trimmed : trimmed + "/";
    }

    /// <summary>Joins parts with single slashes; empty parts vanish.</summary>
    public static string Join(params ReadOnlySpan<string> parts)
    {
        var kept = new List<string>();
        foreach (var part in parts)
        {
            kept.AddRange(part.Split('/', StringSplitOptions.RemoveEmptyEntries));
        }

        return string.Join('/', kept);
    }
}
