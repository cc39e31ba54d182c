namespace Coffer.Kernel.Tests.Model;

/// <summary>What a server should remember: tokens, leases, policies and mounts, as plain objects. What is not alive stays, to be asked for in vain.</summary>
internal sealed class ServerModel(string root)
{
    public static readonly TimeSpan SystemMax = TimeSpan.FromHours(768);

    public ModelToken Root { get; } = new(root, "") { IsRoot = true };

    public List<ModelToken> Tokens { get; } = [];

    public List<ModelLease> Leases { get; } = [];

    public Dictionary<string, ModelPolicy> Policies { get; } = new() { ["default"] = ModelPolicy.Default };

    public Dictionary<string, ModelRole> Roles { get; } = [];

    public Dictionary<string, ModelMount> Mounts { get; } = [];

    public IEnumerable<ModelToken> Living => Tokens.Where(token => token.Alive);

    /// <summary>Of the living, those that the server keeps a record of.</summary>
    public IEnumerable<ModelToken> Stored => Living.Where(token => !token.IsBatch);

    public IEnumerable<ModelLease> Held => Leases.Where(lease => lease.Alive);

    public bool May(ModelToken token, string path, string capability) => token.IsRoot || CapabilitiesOf(token, path).Contains(capability);

    public bool HasSudo(ModelToken token, string path) => token.IsRoot || CapabilitiesOf(token, path).Contains("sudo");

    /// <summary>Ends a token with all that hangs on it.</summary>
    public void End(ModelToken token)
    {
        token.Alive = false;
        foreach (var lease in Held.Where(lease => lease.Owner == token))
        {
            lease.Alive = false;
        }

        foreach (var child in Living.Where(child => child.Parent == token).ToArray())
        {
            End(child);
        }
    }

    /// <summary>Ends a token, and lets its children live; a batch token cannot be told that it has no parent any more.</summary>
    public void EndAlone(ModelToken token)
    {
        foreach (var child in Living.Where(child => child.Parent == token && !child.IsBatch))
        {
            child.Parent = null;
        }

        End(token);
    }

    /// <summary>Ends whatever has run out.</summary>
    public void Pass(DateTimeOffset now)
    {
        foreach (var token in Living.Where(token => token.Ends <= now).ToArray())
        {
            End(token);
        }

        foreach (var lease in Held.Where(lease => lease.Ends <= now))
        {
            lease.Alive = false;
        }
    }

    /// <summary>The life that a renewal of a token gives: its period, or what was asked for, within what is left of its maximum.</summary>
    public TimeSpan Renewal(ModelToken token, TimeSpan asked, DateTimeOffset now)
    {
        var role = token.Role is { } name ? Roles.GetValueOrDefault(name) : null;
        var life = Life(Lesser(token.Period, role?.Period), asked > TimeSpan.Zero ? asked : token.LastTtl, Lesser(token.ExplicitMax, role?.ExplicitMax), token.Issued, now);
        return WithinParents(token.Parent, life, now);
    }

    /// <summary>The life of a token, cut where the first of its parents ends for good.</summary>
    public TimeSpan WithinParents(ModelToken? parent, TimeSpan life, DateTimeOffset now) => parent is null ? life : Within(life, HardEnd(parent) - now);

    public static TimeSpan Life(TimeSpan period, TimeSpan wanted, TimeSpan explicitMax, DateTimeOffset issued, DateTimeOffset now)
    {
        var left = issued - now + (explicitMax > TimeSpan.Zero ? explicitMax : SystemMax);
        return period == TimeSpan.Zero ? Within(wanted, left) : explicitMax > TimeSpan.Zero ? Within(period, left) : period;
    }

    /// <summary>The end of a lease: no later than the mount's maximum, nor than the time at which its token is gone for good.</summary>
    public DateTimeOffset LeaseEnd(ModelMount mount, ModelToken owner, TimeSpan asked, DateTimeOffset issued, DateTimeOffset now)
    {
        var end = now + Within(asked > TimeSpan.Zero ? asked : mount.Default, issued + mount.Max - now);
        var hard = HardEnd(owner);
        return hard < end ? hard : end;
    }

    /// <summary>The last moment to which renewals can bring a token and all of its parents.</summary>
    private DateTimeOffset HardEnd(ModelToken token)
    {
        var above = token.Parent is null ? DateTimeOffset.MaxValue : HardEnd(token.Parent);
        var own = token.Ends;
        if (token.Renewable && token.Ends != DateTimeOffset.MaxValue)
        {
            var role = token.Role is null ? null : Roles.GetValueOrDefault(token.Role);
            var max = Lesser(token.ExplicitMax, role?.ExplicitMax);
            max = token.Period == TimeSpan.Zero && role is not { Period.Ticks: > 0 } ? Lesser(max, SystemMax) : max;
            own = max == TimeSpan.Zero ? DateTimeOffset.MaxValue : token.Issued + max > token.Ends ? token.Issued + max : token.Ends;
        }

        return own < above ? own : above;
    }

    /// <summary>The lesser of two, of which zero or null is none.</summary>
    public static TimeSpan Lesser(TimeSpan one, TimeSpan? other) =>
        other is null || other == TimeSpan.Zero ? one : one == TimeSpan.Zero || other < one ? other.Value : one;

    private static TimeSpan Within(TimeSpan wanted, TimeSpan left) => wanted < left ? wanted : left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private IReadOnlySet<string> CapabilitiesOf(ModelToken token, string path) =>
        ModelPolicy.CapabilitiesOn(path, token.Policies.Where(Policies.ContainsKey).Select(name => Policies[name]));
}
