using Coffer.Kernel.Identity;

namespace Coffer.Kernel.Lockout;

/// <summary>
/// Counts failed logins by mount and by the name's one spelling, names of nobody included. In memory, since guesses of strangers must not write to
/// the store, and bounded: the names that failed longest ago make room.
/// </summary>
/// <remarks>
/// Pushing a locked name out takes tens of thousands of failed logins under other names, each of which costs a password hash: longer than the lockout
/// lasts. An answer counts when it is given and not when its request came, so guesses that run at the same time learn no more than those one by one.
/// </remarks>
public sealed class LoginLockout(TimeProvider clock, LockoutConfiguration configuration)
{
    private const int EntryBytes = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Accessor, IdentityName Name), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _oldestFirst = new();
    private long _bytes;

    /// <summary>What holds for a mount of that type with those settings of its own.</summary>
    public LockoutSettings SettingsOf(Mounts.MountEntry mount)
    {
        ArgumentNullException.ThrowIfNull(mount);
        return configuration.For(mount.Type, mount.Tuning.Lockout);
    }

    /// <summary>Whether a login that has just proved itself comes too late.</summary>
    public bool IsLocked(Mounts.MountEntry mount, IdentityName name)
    {
        ArgumentNullException.ThrowIfNull(mount);
        var settings = SettingsOf(mount);
        lock (_lock)
        {
            return !settings.Disabled && _entries.TryGetValue((mount.Accessor, name), out var node) && IsLocked(node.Value, settings, clock.GetUtcNow());
        }
    }

    /// <summary>Counts a failed login.</summary>
    /// <returns>True when the name was locked already: the failure counts no more, and must be answered as any login to it is.</returns>
    public bool NoteFailure(Mounts.MountEntry mount, IdentityName name)
    {
        ArgumentNullException.ThrowIfNull(mount);
        var settings = SettingsOf(mount);
        if (settings.Disabled)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        lock (_lock)
        {
            var failures = 0L;
            if (_entries.TryGetValue((mount.Accessor, name), out var node))
            {
                if (IsLocked(node.Value, settings, now))
                {
                    return true;
                }

                // The time of a lockout that is over, or of no failure at all, starts the count again.
                failures = node.Value.Failures < settings.Threshold && now - node.Value.LastFailure < settings.CounterReset ? node.Value.Failures : 0;
                Remove(node);
            }

            Add(new Entry(mount.Accessor, name, failures + 1, now));
            return false;
        }
    }

    /// <summary>Forgets a name's failures: it has logged in, or an operator lets it in again.</summary>
    public void Clear(string accessor, IdentityName name)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue((accessor, name), out var node))
            {
                Remove(node);
            }
        }
    }

    /// <summary>The names of a mount that are locked out now, in order.</summary>
    public IReadOnlyList<string> LockedAt(Mounts.MountEntry mount)
    {
        ArgumentNullException.ThrowIfNull(mount);
        var settings = SettingsOf(mount);
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            return settings.Disabled
                ? []
                : [.. _oldestFirst.Where(entry => entry.Accessor == mount.Accessor && IsLocked(entry, settings, now)).Select(entry => entry.Name.Spelling).Order(StringComparer.Ordinal)];
        }
    }

    private static bool IsLocked(Entry entry, LockoutSettings settings, DateTimeOffset now) =>
        entry.Failures >= settings.Threshold && now - entry.LastFailure < settings.Duration;

    private void Add(Entry entry)
    {
        _entries[(entry.Accessor, entry.Name)] = _oldestFirst.AddLast(entry);
        _bytes += CostOf(entry);
        while (_bytes > Limits.LockoutBytesMax && _oldestFirst.First is { } oldest)
        {
            Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _entries.Remove((node.Value.Accessor, node.Value.Name));
        _oldestFirst.Remove(node);
        _bytes -= CostOf(node.Value);
    }

    private static int CostOf(Entry entry) => EntryBytes + 2 * (entry.Name.Spelling.Length + entry.Accessor.Length);

    private sealed record Entry(string Accessor, IdentityName Name, long Failures, DateTimeOffset LastFailure);
}
