namespace Coffer.Sdk.Engines;

/// <summary>
/// The one way in which names that ignore case become canonical: white space at both ends is dropped, and letters become lower-case by the simple
/// mapping of Unicode. Paths, fields, policies and stores all call it, so that a name that was authorised is the name that is looked up.
/// </summary>
public static class NameFold
{
    /// <summary>The canonical spelling. Folding it again changes nothing.</summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Trim().ToLowerInvariant();
    }
}
