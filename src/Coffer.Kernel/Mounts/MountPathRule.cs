using Coffer.Sdk.Names;

namespace Coffer.Kernel.Mounts;

/// <summary>What the path of a new or moved mount may be, beyond what any path may be: one that people and policies can name, and that looks like no other.</summary>
internal static class MountPathRule
{
    private static readonly string[] BuiltIn = ["sys", "auth", "identity", "cubbyhole", "audit"];

    /// <summary>Why there can be no mount at a path; null when there can.</summary>
    /// <param name="path">With a slash at its end; of an auth method below <c>auth/</c>.</param>
    public static string? ProblemOf(string path)
    {
        var segments = path.TrimEnd('/').Split('/');
        if (segments.Any(segment => segment != segment.Trim()))
        {
            return "no part of a mount's path may begin or end with a blank: take the blank away";
        }

        if (segments.Any(segment => segment.All(character => character is '+' or '*')))
        {
            return "no part of a mount's path may consist of + and *: in policies they stand for other names, so choose another";
        }

        return Imitated(segments) is { } name ? $"the path looks like that of {name}/, which is built in: choose another" : null;
    }

    private static string? Imitated(string[] segments)
    {
        var first = NameText.Skeleton(segments[0]);
        return first != segments[0] && BuiltIn.Contains(first, StringComparer.Ordinal) ? first
            : segments is ["auth", var method, ..] && method != "token" && NameText.Skeleton(method) == "token" ? "auth/token"
            : null;
    }
}
