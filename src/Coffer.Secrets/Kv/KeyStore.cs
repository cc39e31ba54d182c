using Coffer.Sdk.Storage;

namespace Coffer.Secrets.Kv;

/// <summary>Reads and writes one key of a version 2 mount, wherever its parts are kept.</summary>
/// <remarks>
/// <c>meta/PATH</c> holds the <see cref="KvKey"/>, <c>data/PATH/NUMBER</c> the data of a version that has an entry of its own. A value that was
/// written while the mount had version 1 is still a <see cref="PlainEntry"/>: it reads as version 1, and the first write converts it.
/// </remarks>
internal readonly struct KeyStore(IStorageView storage, string path)
{
    /// <summary>Where keys are kept: a listing is one folder of it.</summary>
    public const string MetaPrefix = "meta/";

    public async ValueTask<StoredKey?> LoadAsync(CancellationToken cancellation)
    {
        if (await storage.GetAsync(MetaPrefix + path, KvJson.Default.KvKey, cancellation) is { } key)
        {
            return new StoredKey(key, null);
        }

        if (await storage.GetAsync(PlainEntry.Prefix + path, cancellation) is not { } stored)
        {
            return null;
        }

        var plain = PlainEntry.Decode(stored);
        return new StoredKey(
            new KvKey
            {
                CurrentVersion = 1,
                OldestVersion = 1,
                Created = plain.Written,
                Updated = plain.Written,
                Versions = [new KvVersion { Created = plain.Written }],
            },
            plain.Json);
    }

    /// <summary>The data of a version that is there and not destroyed, as it was written.</summary>
    /// <exception cref="InvalidDataException">The store has lost it.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadDataAsync(StoredKey stored, long number, CancellationToken cancellation) =>
        stored.Key.Find(number)?.Inline
            ?? stored.Plain
            ?? await storage.GetAsync(EntryOf(number), cancellation)
            ?? throw new InvalidDataException($"the data of version {number} of a kv key is not in the store");

    /// <summary>Adds a version with this data. Two puts at most: the key, and either this data or what it replaces in the key's entry.</summary>
    public KvKey Add(StoredKey? before, KvVersion version, byte[] data, long maxVersions)
    {
        var old = before is null ? new KvKey() : Settle(before);
        var added = old.Add(version, maxVersions);
        if (data.Length <= KvKey.InlineBytesMax)
        {
            added = MoveOut(added);
            added = added.Change([added.CurrentVersion], newest => newest with { Inline = data });
        }
        else
        {
            storage.Put(EntryOf(added.CurrentVersion), data);
        }

        for (var number = old.FirstVersion; number < added.FirstVersion; number++)
        {
            RemoveData(old, number);
        }

        Put(added);
        return added;
    }

    /// <summary>Writes a change of settings, or of versions that keep their data. A change that gives the key back as it was leaves its time too.</summary>
    public void Change(StoredKey? before, DateTimeOffset now, Func<KvKey, KvKey> change)
    {
        var settled = before is null ? new KvKey() : Settle(before);
        var changed = change(settled);
        Put(ReferenceEquals(changed, settled) ? settled : changed with { Updated = now });
    }

    /// <summary>Destroys versions: their data is gone with the commit, their rows stay.</summary>
    public void Destroy(StoredKey before, DateTimeOffset now, IReadOnlyCollection<long> numbers)
    {
        var key = Settle(before);
        foreach (var number in numbers)
        {
            RemoveData(key, number);
        }

        var changed = key.Change(numbers, version => version with { Destroyed = true, Inline = null });
        Put(ReferenceEquals(changed, key) ? key : changed with { Updated = now });
    }

    /// <summary>Removes the key with all its versions.</summary>
    public void Remove(StoredKey before)
    {
        if (before.Plain is not null)
        {
            storage.Delete(PlainEntry.Prefix + path);
            return;
        }

        for (var number = before.Key.FirstVersion; number <= before.Key.CurrentVersion; number++)
        {
            RemoveData(before.Key, number);
        }

        storage.Delete(MetaPrefix + path);
    }

    /// <summary>Moves a version 1 value into the form of version 2; a key that has it already stays as it is.</summary>
    private KvKey Settle(StoredKey stored)
    {
        if (stored.Plain is not { } data)
        {
            return stored.Key;
        }

        storage.Delete(PlainEntry.Prefix + path);
        if (data.Length <= KvKey.InlineBytesMax)
        {
            return stored.Key.Change([1], version => version with { Inline = data.ToArray() });
        }

        storage.Put(EntryOf(1), data);
        return stored.Key;
    }

    /// <summary>Gives the data that is in the key's entry, of one version at most, an entry of its own.</summary>
    private KvKey MoveOut(KvKey key)
    {
        for (var number = key.FirstVersion; number <= key.CurrentVersion; number++)
        {
            if (key.Find(number) is { Inline: { } data })
            {
                storage.Put(EntryOf(number), data);
                return key.Change([number], version => version with { Inline = null });
            }
        }

        return key;
    }

    private void RemoveData(KvKey key, long number)
    {
        if (key.Find(number) is { HasOwnEntry: true })
        {
            storage.Delete(EntryOf(number));
        }
    }

    private void Put(KvKey key) => storage.Put(MetaPrefix + path, key, KvJson.Default.KvKey);

    // The last segment is always a number, so no path can be taken for the version of another.
    private string EntryOf(long number) => $"data/{path}/{number}";
}

/// <summary>A key as it was found.</summary>
/// <param name="Plain">The value, when it is still a version 1 entry.</param>
internal sealed record StoredKey(KvKey Key, ReadOnlyMemory<byte>? Plain);
