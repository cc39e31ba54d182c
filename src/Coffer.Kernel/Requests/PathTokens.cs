namespace Coffer.Kernel.Requests;

/// <summary>Finds tokens that somebody put into a path by mistake, so that nothing records them.</summary>
internal static class PathTokens
{
    private const int TokenCharactersMin = 24;
    private const int OwnCharactersMin = 16;

    private static readonly string[] Prefixes = ["hvs.", "hvb.", "hvr.", "s.", "b."];

    /// <summary>The path with every segment that is a token, or the one in use, replaced.</summary>
    /// <param name="own">The token of the request; empty for none.</param>
    public static string Replace(string path, string own, Func<string, string> replacement) => MayHold(path, own)
        ? string.Join('/', path.Split('/').Select(segment => IsToken(segment, own) ? replacement(segment) : segment))
        : path;

    private static bool MayHold(string path, string own) =>
        path.Contains("hv", StringComparison.Ordinal) || path.Contains("s.", StringComparison.Ordinal) || path.Contains("b.", StringComparison.Ordinal)
        || (own.Length > 0 && path.Contains(own, StringComparison.Ordinal));

    private static bool IsToken(string segment, string own) => segment.Length >= TokenCharactersMin
        ? segment == own || Prefixes.Any(prefix => segment.StartsWith(prefix, StringComparison.Ordinal))
        : segment.Length >= OwnCharactersMin && segment == own;
}
