using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Coffer.Kernel.Transactions;
using Coffer.Policies;

namespace Coffer.Kernel.Policies;

/// <summary>Stored policies, and the compiled rights of sets of them.</summary>
public sealed class PolicyStore
{
    private readonly ConcurrentDictionary<string, Compiled> _compiled = new(StringComparer.Ordinal);

    public static async ValueTask<StoredPolicy?> GetAsync(UnitOfWork work, string name, CancellationToken cancellation) =>
        await work.GetAsync(StoredPolicy.KeyOf(name), PoliciesJsonContext.Default.StoredPolicy, cancellation);

    /// <summary>The names below a prefix of the store, in order.</summary>
    internal static async ValueTask<IReadOnlyList<string>> NamesAsync(UnitOfWork work, string prefix, CancellationToken cancellation)
    {
        var names = new List<string>();
        string? after = null;
        do
        {
            var page = await work.ScanAsync(prefix, after, Storage.StoreLimits.ScanMax, cancellation);
            names.AddRange(page.Select(key => key[prefix.Length..]));
            after = page.Count == Storage.StoreLimits.ScanMax ? page[^1] : null;
        }
        while (after is not null);
        return names;
    }

    /// <summary>What a set of policies allows. Read through the unit of work: a policy that changes while the request runs makes it run again.</summary>
    /// <param name="names">Canonical, sorted, without doubles. Names of policies that do not exist grant nothing.</param>
    /// <param name="values">Identity values for templated paths.</param>
    public async ValueTask<Acl> AclOfAsync(
        UnitOfWork work, ImmutableArray<string> names, PolicyTemplateValues values, CancellationToken cancellation)
    {
        if (names is ["root"])
        {
            return Acl.Root;
        }

        var stored = new StoredPolicy?[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            stored[i] = await GetAsync(work, names[i], cancellation);
        }

        // A name may hold a comma, and no control character.
        var key = string.Join('\n', names);
        if (!_compiled.TryGetValue(key, out var known) || !known.Matches(stored))
        {
            if (_compiled.Count >= Limits.AclCacheMax)
            {
                _compiled.Clear();
            }

            known = _compiled[key] = Compile(names, stored);
        }

        return known.For(values);
    }

    /// <summary>Forgets everything: at seal.</summary>
    public void Clear() => _compiled.Clear();

    private static Compiled Compile(ImmutableArray<string> names, StoredPolicy?[] stored)
    {
        var policies = ImmutableArray.CreateBuilder<AclPolicy>();
        for (var i = 0; i < names.Length; i++)
        {
            if (stored[i] is { } policy && PolicyName.TryParse(names[i], out var name))
            {
                policies.Add(AclPolicy.Parse(name, policy.Text));
            }
        }

        return new Compiled(
            stored, policies.ToImmutable(), Acl.Compile(policies, PolicyTemplateValues.None), policies.Any(policy => policy.IsTemplated));
    }

    private sealed record Compiled(StoredPolicy?[] Stored, ImmutableArray<AclPolicy> Policies, Acl Acl, bool IsTemplated)
    {
        private readonly ConditionalWeakTable<PolicyTemplateValues, Acl> _templated = [];

        /// <summary>Templated rules differ from caller to caller: compiled once for each caller's values, and kept as long as those are.</summary>
        public Acl For(PolicyTemplateValues values) => IsTemplated && !ReferenceEquals(values, PolicyTemplateValues.None)
            ? _templated.GetValue(values, given => Acl.Compile(Policies, given))
            : Acl;

        // The decoded instance is the same as long as the version is: comparing references compares versions.
        public bool Matches(StoredPolicy?[] now)
        {
            if (now.Length != Stored.Length)
            {
                return false;
            }

            for (var i = 0; i < now.Length; i++)
            {
                if (!ReferenceEquals(now[i], Stored[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
