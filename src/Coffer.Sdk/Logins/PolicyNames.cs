using Coffer.Sdk.Names;

namespace Coffer.Sdk.Logins;

/// <summary>
/// What the name of a policy may be, checked alike wherever names are given: 1 to 512 characters, none of them a control or format character
/// or another that shows nothing, and no name that looks like one of the server's own; slashes are allowed between
/// segments that are neither empty nor <c>.</c> or <c>..</c>, as no path could name the others.
/// </summary>
public static class PolicyNames
{
    /// <summary>Most policies of one token, user, role, entity or group.</summary>
    public const int CountMax = 512;

    /// <summary>Longest name in characters.</summary>
    public const int LengthMax = 512;

    /// <summary>The rule in words, to follow the name of what breaks it.</summary>
    public const string Rule = "a policy name has 1 to 512 characters, none of them a control character or one that shows nothing, no segment that is empty, \".\" or \"..\", and does not look like a name that is built in";

    /// <summary>The server's own, which nobody gives to a token.</summary>
    private static readonly string[] Unassignable = ["response-wrapping", "control-group"];

    /// <summary>What a name may be, and not only look like.</summary>
    private static readonly string[] BuiltIn = ["root", "default", .. Unassignable];

    /// <summary>Whether a folded text can be the name of a policy.</summary>
    public static bool IsName(string folded)
    {
        ArgumentNullException.ThrowIfNull(folded);
        return folded.Length is > 0 and <= LengthMax && !NameText.HasInvisible(folded) && !folded.Split('/').Any(part => part is "" or "." or "..") && !IsLookAlike(folded);
    }

    private static bool IsLookAlike(string folded) =>
        !System.Text.Ascii.IsValid(folded) && NameText.Skeleton(folded) is var skeleton && skeleton != folded && BuiltIn.Contains(skeleton, StringComparer.Ordinal);

    /// <summary>What is wrong with names that would be given to tokens: names the field and the entry, never the text. Null when all is well.</summary>
    /// <param name="names">As they were sent.</param>
    /// <param name="field">Where they were sent.</param>
    public static string? ProblemOf(IReadOnlyCollection<string> names, string field)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Select(NameFold.Of).FirstOrDefault(name => Unassignable.Contains(name, StringComparer.Ordinal)) is { } own
            ? $"cannot assign policy \"{own}\""
            : ProblemOfNames(names, field);
    }

    /// <summary>As <see cref="ProblemOf"/>, for names that are only compared with others, or patterns of names: the server's own may be among them.</summary>
    public static string? ProblemOfNames(IReadOnlyCollection<string> names, string field)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count > CountMax)
        {
            return $"'{field}' has more than {CountMax} policies";
        }

        var entry = names.Select(NameFold.Of).TakeWhile(IsName).Count() + 1;
        return entry > names.Count ? null : $"entry {entry} of '{field}' is no name of a policy: {Rule}";
    }
}
