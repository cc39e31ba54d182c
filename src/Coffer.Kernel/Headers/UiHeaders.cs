using System.Collections.Immutable;

namespace Coffer.Kernel.Headers;

/// <summary>Headers that answers below <c>/ui</c> carry, by canonical name. One entry of the store.</summary>
/// <param name="Values">Each name's values.</param>
public sealed record UiHeaders(ImmutableSortedDictionary<string, ImmutableArray<string>> Values)
{
    internal const string StorageKey = "core/ui-headers";

    /// <summary>Most headers that are kept: they go into every answer.</summary>
    internal const int CountMax = 64;

    internal static UiHeaders None { get; } = new(ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal));
}
