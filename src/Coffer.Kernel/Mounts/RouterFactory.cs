using System.Collections.Immutable;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Storage;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Mounts;

/// <summary>Makes routers, and keeps engines alive from one state of the mount table to the next.</summary>
/// <param name="types">Every engine that can be mounted, by type name.</param>
/// <param name="contextOf">What the engine of a mount is given.</param>
/// <param name="log">Says when an engine that is not used any more could not be disposed.</param>
public sealed class RouterFactory(
    IReadOnlyDictionary<string, EngineType> types, SystemTtl systemTtl, Func<MountEntry, EngineContext> contextOf, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MountedEngine> _mounted = new(StringComparer.Ordinal);
    private Router? _latest;

    /// <summary>The router of this state of the table; the same object while the table is the same.</summary>
    public Router For(MountTable table)
    {
        var latest = Volatile.Read(ref _latest);
        if (latest is not null && ReferenceEquals(latest.Table, table))
        {
            return latest;
        }

        lock (_lock)
        {
            if (_latest is { } newer && newer.Table.Changes > table.Changes)
            {
                // Read before the last change, by a request that began earlier: it is served by the engines that there still are, and ends none.
                return new Router(table, table.Mounts.Select(mount => _mounted.GetValueOrDefault(mount.Uuid)).OfType<MountedEngine>());
            }

            var router = new Router(table, [.. table.Mounts.Where(mount => types.ContainsKey(mount.Type)).Select(Mounted)]);
            Forget(_mounted.Keys.Except(table.Mounts.Select(mount => mount.Uuid), StringComparer.Ordinal));
            Volatile.Write(ref _latest, router);
            return router;
        }
    }

    /// <summary>The router of the mounts as a unit of work finds them.</summary>
    /// <exception cref="StoreUnavailableException">The mount table cannot be read.</exception>
    public async ValueTask<Router> ReadAsync(UnitOfWork work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        var table = await work.GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, cancellation)
            ?? throw new StoreUnavailableException("the mount table is missing from the store");
        return For(table);
    }

    /// <summary>Every engine there is.</summary>
    public IEnumerable<EngineType> Types => types.Values;

    /// <summary>Lets the engines of these mounts go: the next request makes new ones. What runs ends on the old ones.</summary>
    public void StartStream(IEnumerable<string> uuids)
    {
        ArgumentNullException.ThrowIfNull(uuids);
        lock (_lock)
        {
            Forget(uuids);
            Volatile.Write(ref _latest, null);
        }
    }

    /// <summary>Lets all engines go, at a seal.</summary>
    /// <returns>Ends when the last of them has ended, which is when nothing runs on it any more.</returns>
    public Task EndAsync()
    {
        lock (_lock)
        {
            var instances = _mounted.Values.Select(mounted => mounted.Instance.Ended).ToArray();
            Forget(_mounted.Keys);
            Volatile.Write(ref _latest, null);
            return Task.WhenAll(instances);
        }
    }

    /// <summary>Names of the types that can be mounted in that class, sorted.</summary>
    public IEnumerable<string> NamesOf(MountClass kind) => types.Values.Where(type => type.Class == kind).Select(type => type.Name).Order(StringComparer.Ordinal);

    /// <summary>The type of that name, if it can be mounted in that class.</summary>
    public EngineType? TypeOf(string name, MountClass kind) => types.TryGetValue(name, out var type) && type.Class == kind ? type : null;

    private MountedEngine Mounted(MountEntry mount)
    {
        if (_mounted.TryGetValue(mount.Uuid, out var known))
        {
            if (known.Mount == mount)
            {
                return known;
            }

            if (known.Mount.Options.SequenceEqual(mount.Options))
            {
                // Tuned or moved: the engine and what it holds in memory stay.
                return _mounted[mount.Uuid] = known with { Mount = mount, View = ViewOf(mount) };
            }

            known.Instance.Retire();
        }

        var context = contextOf(mount);
        var type = types[mount.Type];
        var engine = type.Create(context);
        return _mounted[mount.Uuid] = new MountedEngine(mount, type, new EngineInstance(engine, context.Outbound, log), new PathTable(engine.Paths), ViewOf(mount));
    }

    private void Forget(IEnumerable<string> uuids)
    {
        foreach (var uuid in uuids.ToArray())
        {
            if (_mounted.Remove(uuid, out var gone))
            {
                gone.Instance.Retire();
            }
        }
    }

    private MountView ViewOf(MountEntry mount) => new(
        mount.Path,
        mount.Accessor,
        mount.Type,
        systemTtl.DefaultOf(mount),
        systemTtl.MaxOf(mount),
        mount.Options.ToImmutableDictionary(StringComparer.Ordinal));
}
