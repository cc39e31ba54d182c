using System.Collections.Immutable;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Versions;

/// <summary>A version of the server and when it first ran on this store.</summary>
public sealed record InstalledVersion(string Version, DateTimeOffset InstallTime);

/// <summary>Which versions have run on this store, in the order in which they came; immutable.</summary>
public sealed record VersionHistory(ImmutableArray<InstalledVersion> Versions)
{
    private const string StorageKey = "core/version-history";

    /// <summary>The latest that are kept.</summary>
    private const int KeptMax = 200;

    public static async ValueTask<VersionHistory> ReadAsync(UnitOfWork work, CancellationToken cancellation) =>
        await work.GetAsync(StorageKey, VersionsJsonContext.Default.VersionHistory, cancellation) ?? new VersionHistory([]);

    /// <summary>Adds a version unless it has run here before.</summary>
    public static ValueTask NoteAsync(Transactor transactions, string version, DateTimeOffset now, CancellationToken cancellation) => transactions.RunAsync(
        async work =>
        {
            var history = await ReadAsync(work, cancellation);
            if (history.Versions.All(known => known.Version != version))
            {
                var all = history.Versions.Add(new InstalledVersion(version, now));
                work.Put(StorageKey, new VersionHistory([.. all.TakeLast(KeptMax)]), VersionsJsonContext.Default.VersionHistory);
            }
        },
        cancellation);
}
