using Coffer.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>The value of one key as it is in a file. Each way to read it gives null for what it cannot be, and notes that.</summary>
internal readonly record struct GivenValue(ConfigurationNotes Notes, string File, HclItem Item)
{
    public string? Text() => Notes.Text(File, Item);

    public bool? Truth() => Notes.Truth(File, Item);

    public TimeSpan? Duration() => Notes.Duration(File, Item);

    /// <summary>At least 1; more than the limit counts as the limit.</summary>
    public int? Count(string unit, int max) => Notes.Count(File, Item, unit) is { } count ? (int)Math.Min(count, max) : null;

    public void Problem(string text) => Notes.Problem(File, Item.Position, text);
}
