using System.Collections.Immutable;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.OpenApi;

/// <summary>What the document says of one mount.</summary>
/// <param name="Path">Where it is, with a slash at its end; empty to name paths below the mount.</param>
/// <param name="Tag"><c>secrets</c>, <c>auth</c> or <c>system</c>.</param>
internal sealed record DescribedMount(string Path, string Tag, ImmutableArray<EnginePath> Paths);
