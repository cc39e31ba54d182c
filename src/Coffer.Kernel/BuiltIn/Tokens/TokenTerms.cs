using System.Collections.Immutable;
using System.Globalization;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Tokens;
using static Coffer.Kernel.BuiltIn.Tokens.TokenFields;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>How long a new token lives and how often it can be used: request and role taken together, the lesser winning.</summary>
/// <param name="Granted">Its first life.</param>
/// <param name="Period">What renewals give; from the role or from the request.</param>
/// <param name="OwnPeriod">The period as the token itself keeps it: a role's is read again at each renewal.</param>
internal sealed record TokenTerms(
    TimeSpan Granted, TimeSpan ExplicitMaxTtl, TimeSpan Period, TimeSpan OwnPeriod, long NumUses, bool NeverExpires, ImmutableArray<string> Warnings, TtlBound Bound = TtlBound.Lease)
{
    /// <summary>What a warning says where a parent's end cuts a token's life.</summary>
    public const string EndsWithParent = "token ends with its parent";

    public static TokenTerms Of(KernelRequest request, TokenRole? role, bool isRoot)
    {
        var warnings = ImmutableArray.CreateBuilder<string>(0);
        var asked = request.Get(Ttl) > TimeSpan.Zero ? request.Get(Ttl) : request.Get(Lease);
        var ownExplicit = request.Get(TokenFields.ExplicitMaxTtl);
        var explicitMax = Lesser(ownExplicit, role?.ExplicitMaxTtl ?? default, "Explicit max TTL", warnings);
        var ownPeriod = request.Get(TokenFields.Period);
        var period = Lesser(ownPeriod, role?.Period ?? default, "Period", warnings);
        var uses = LesserUses(request.Get(TokenFields.NumUses), role?.NumUses ?? 0);
        if (isRoot && asked == TimeSpan.Zero && explicitMax == TimeSpan.Zero && period == TimeSpan.Zero)
        {
            return new TokenTerms(default, default, default, default, uses, NeverExpires: true, warnings.ToImmutable());
        }

        var granted = TtlRules.Grant(new TtlRequest
        {
            Asked = asked,
            Default = request.Mount.DefaultLeaseTtl,
            Max = request.Mount.MaxLeaseTtl,
            ExplicitMax = explicitMax,
            Period = period,
            Issued = request.Now,
            Now = request.Now,
        });
        if (granted.Warning is not null)
        {
            warnings.Add(granted.Warning);
        }

        return new TokenTerms(granted.Ttl, ownExplicit, period, ownPeriod, uses, NeverExpires: false, warnings.ToImmutable(), granted.Bound);
    }

    /// <summary>The same, but no longer than the token's parents live.</summary>
    /// <param name="end">Their hard end; null where they have none.</param>
    /// <param name="now">When the token is made.</param>
    public TokenTerms Until(DateTimeOffset? end, DateTimeOffset now)
    {
        if (NeverExpires)
        {
            return this;
        }

        var granted = new GrantedTtl(Granted, null, Bound).Until(end, now, EndsWithParent);
        return this with { Granted = granted.Ttl, Bound = granted.Bound, Warnings = granted.Warning is null ? Warnings : Warnings.Add(granted.Warning) };
    }

    private static TimeSpan Lesser(TimeSpan asked, TimeSpan role, string what, ImmutableArray<string>.Builder warnings)
    {
        if (asked == TimeSpan.Zero || role == TimeSpan.Zero)
        {
            return asked == TimeSpan.Zero ? role : asked;
        }

        var lesser = asked < role ? asked : role;
        warnings.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{what} specified both during creation call and in role; using the lesser value of {(long)lesser.TotalSeconds} seconds"));
        return lesser;
    }

    private static long LesserUses(long asked, long role) => asked == 0 || role == 0 ? asked + role : Math.Min(asked, role);
}
