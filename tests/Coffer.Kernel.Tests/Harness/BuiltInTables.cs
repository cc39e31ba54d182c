using System.Collections.Immutable;
using Coffer.Kernel.Hosting;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>The rows of the engines that every server has, without a server.</summary>
internal static class BuiltInTables
{
    private static readonly IReadOnlyList<(string Mount, PathTable Paths)> All = BuiltInPaths.Compose();

    public static ImmutableArray<EnginePath> Of(string mount) => [.. All.Single(table => table.Mount == mount).Paths.Paths];
}
