namespace Coffer.Sdk.Engines;

/// <summary>The row that a request path belongs to, and the one spelling of that path.</summary>
/// <param name="Path">The row.</param>
/// <param name="Canonical">
/// The path below the mount that is authorised, audited, counted and executed: segments that fold are folded, and a slash at the end is there only
/// where it names a folder.
/// </param>
/// <param name="FoldedSegments">Bit n is set where segment n of the path below the mount, from 0, ignores case.</param>
/// <param name="FoldsRest">Every segment from the highest of those on does as well.</param>
/// <param name="Parameters">Texts of the path's parameters, in their canonical spelling.</param>
/// <param name="KeepsFolders">A slash at the end is part of what the path names: <c>a</c> and <c>a/</c> are two things.</param>
/// <param name="Spellings">Parameters whose canonical spelling is another than the one sent, as they were sent; null when there is none.</param>
public readonly record struct PathMatch(
    EnginePath Path, string Canonical, bool KeepsFolders, ulong FoldedSegments, bool FoldsRest, Dictionary<string, string> Parameters, Dictionary<string, string>? Spellings);
