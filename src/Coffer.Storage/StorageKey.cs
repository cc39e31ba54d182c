namespace Coffer.Storage;

/// <summary>A key of a storage block. Its value is text; an empty one counts as none.</summary>
/// <param name="Name">Such as <c>path</c>.</param>
/// <param name="IsRequired">The store cannot be opened without a value.</param>
public sealed record StorageKey(string Name, bool IsRequired);
