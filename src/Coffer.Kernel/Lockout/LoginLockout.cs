using Coffer.Kernel.Identity;
using Coffer.Kernel.Mounts;

namespace Coffer.Kernel.Lockout;

/// <summary>
/// Counts failed logins by mount and by the name's one spelling, names of nobody included. In memory, since guesses of strangers must not write to
/// the store, and bounded: the names that failed longest ago make room.
/// </summary>
/// <remarks>
/// Names that are locked out and names that are not have a share each, and only a locked name takes the place of a locked one. An entry costs the same
/// however long its name is. So pushing a locked name out takes five failures, each of which costs a password hash, under each of at least 80,000 other
/// names. An answer counts when it is given and not when its request came, so guesses that run at the same time learn no more than those one by one.
/// </remarks>
public sealed class LoginLockout(TimeProvider clock, LockoutConfiguration configuration)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LockoutKey, LinkedListNode<LockoutEntry>> _entries = [];
    private readonly LockoutShare _counted = new(Limits.LockoutCountedBytesMax);
    private readonly LockoutShare _locked = new(Limits.LockoutLockedBytesMax);

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
            return !settings.Disabled && _entries.TryGetValue(LockoutKey.Of(mount.Accessor, name), out var node) && IsLocked(node.Value, settings, clock.GetUtcNow());
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
            if (_entries.TryGetValue(LockoutKey.Of(mount.Accessor, name), out var node))
            {
                if (IsLocked(node.Value, settings, now))
                {
                    return true;
                }

                // The time of a lockout that is over, or of no failure at all, starts the count again.
                failures = node.Value.Failures < settings.Threshold && now - node.Value.LastFailure < settings.CounterReset ? node.Value.Failures : 0;
                Remove(node);
            }

            Add(new LockoutEntry(LockoutKey.Of(mount.Accessor, name), mount.Accessor, LockoutEntry.Shown(name.Spelling), failures + 1, now), settings);
            return false;
        }
    }

    /// <summary>Forgets a name's failures: it has logged in, or an operator lets it in again.</summary>
    public void Clear(string accessor, IdentityName name)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(LockoutKey.Of(accessor, name), out var node))
            {
                Remove(node);
            }
        }
    }

    /// <summary>The names of a mount that are locked out now, in order; very long ones shortened.</summary>
    public IReadOnlyList<string> LockedAt(Mounts.MountEntry mount)
    {
        ArgumentNullException.ThrowIfNull(mount);
        var settings = SettingsOf(mount);
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            return settings.Disabled
                ? []
                : [.. _locked.Concat(_counted).Where(entry => entry.Accessor == mount.Accessor && IsLocked(entry, settings, now)).Select(entry => entry.Name).Order(StringComparer.Ordinal)];
        }
    }

    private static bool IsLocked(LockoutEntry entry, LockoutSettings settings, DateTimeOffset now) =>
        entry.Failures >= settings.Threshold && now - entry.LastFailure < settings.Duration;

    private void Add(LockoutEntry entry, LockoutSettings settings)
    {
        var share = entry.Failures >= settings.Threshold ? _locked : _counted;
        _entries[entry.Key] = share.Add(entry);
        while (share.PushOut() is { } oldest)
        {
            _entries.Remove(oldest.Key);
        }
    }

    private void Remove(LinkedListNode<LockoutEntry> node)
    {
        _entries.Remove(node.Value.Key);
        (node.List == _locked.Entries ? _locked : _counted).Remove(node);
    }
}
