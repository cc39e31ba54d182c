using System.Collections.Immutable;

namespace Coffer.Storage;

/// <summary>Entries that a register keeps together, so that it can name what was touched.</summary>
/// <param name="Name">For people, in the plural: <c>policies</c>.</param>
/// <param name="Prefixes">Beginnings of keys, not empty, in ASCII. Of all kinds, the longest that fits decides.</param>
public sealed record RegisteredKind(string Name, ImmutableArray<string> Prefixes);
