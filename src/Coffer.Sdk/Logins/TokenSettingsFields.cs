using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Logins;

/// <summary>The fields of <see cref="TokenSettings"/>: declared once, and read, checked and shown alike by every auth method.</summary>
public static class TokenSettingsFields
{
    private static readonly Field<ImmutableArray<string>> Policies = Field.FoldedNames("token_policies", "Policies of the tokens.");
    private static readonly Field<ImmutableArray<string>> BoundCidrs = Field.NetworkList("token_bound_cidrs", "Networks that may log in and use the tokens.");
    private static readonly Field<TimeSpan> Ttl = Field.Duration("token_ttl", "How long the tokens live unless renewed.");
    private static readonly Field<TimeSpan> MaxTtl = Field.Duration("token_max_ttl", "How long they live at most, with all renewals.");
    private static readonly Field<TimeSpan> ExplicitMaxTtl = Field.Duration("token_explicit_max_ttl", "As token_max_ttl, fixed when the token is made.");
    private static readonly Field<TimeSpan> Period = Field.Duration("token_period", "Makes the tokens periodic: each renewal gives this.");
    private static readonly Field<long> NumUses = Field.Integer("token_num_uses", "Requests each token may make; 0 for any number.");
    private static readonly Field<bool> NoDefaultPolicy = Field.Boolean("token_no_default_policy", "Leaves the policy named default out.");
    private static readonly Field<string> Type = Field.Text("token_type", "default, service, batch, default-service or default-batch.", "default");

    private static readonly Field<ImmutableArray<string>> OldPolicies = Field.FoldedNames("policies", "Old name of token_policies.").OldNameOf(Policies);
    private static readonly Field<ImmutableArray<string>> OldCidrs = Field.NetworkList("bound_cidrs", "Old name of token_bound_cidrs.").OldNameOf(BoundCidrs);
    private static readonly Field<TimeSpan> OldTtl = OldDuration("ttl", Ttl);
    private static readonly Field<TimeSpan> OldMaxTtl = OldDuration("max_ttl", MaxTtl);
    private static readonly Field<TimeSpan> OldPeriod = OldDuration("period", Period);

    private static readonly ImmutableArray<(Field New, Field Old)> Renamed =
        [(Policies, OldPolicies), (BoundCidrs, OldCidrs), (Ttl, OldTtl), (MaxTtl, OldMaxTtl), (Period, OldPeriod)];

    /// <summary>The policies alone, under both names.</summary>
    public static ImmutableArray<Field> PolicyFields { get; } = [Policies, OldPolicies];

    /// <summary>All of them.</summary>
    /// <param name="oldNames">Names of before the <c>token_</c> ones that this method still takes: policies, bound_cidrs, ttl, max_ttl, period.</param>
    public static ImmutableArray<Field> All(params ReadOnlySpan<string> oldNames)
    {
        var all = ImmutableArray.CreateBuilder<Field>();
        all.AddRange(Policies, BoundCidrs, Ttl, MaxTtl, ExplicitMaxTtl, Period, NumUses, NoDefaultPolicy, Type);
        foreach (var name in oldNames)
        {
            all.Add(Renamed.Single(pair => pair.Old.Name == name).Old);
        }

        return all.ToImmutable();
    }

    /// <summary>What was sent over what was there.</summary>
    public static TokenSettings Merge(EngineRequest request, TokenSettings before) => before with
    {
        Policies = Newest(request, Policies, OldPolicies, before.Policies),
        BoundCidrs = [.. Newest(request, BoundCidrs, OldCidrs, before.BoundCidrs).Select(Cidr.Short)],
        Ttl = Newest(request, Ttl, OldTtl, before.Ttl),
        MaxTtl = Newest(request, MaxTtl, OldMaxTtl, before.MaxTtl),
        ExplicitMaxTtl = request.Has(ExplicitMaxTtl) ? request.Get(ExplicitMaxTtl) : before.ExplicitMaxTtl,
        Period = Newest(request, Period, OldPeriod, before.Period),
        NumUses = request.Has(NumUses) ? request.Get(NumUses) : before.NumUses,
        NoDefaultPolicy = request.Has(NoDefaultPolicy) ? request.Get(NoDefaultPolicy) : before.NoDefaultPolicy,
        Type = !request.Has(Type) ? before.Type : request.Get(Type) is { Length: > 0 } type ? type : Type.Default,
        OldNames = OldNamesOf(request, before.OldNames),
    };

    /// <summary>What is wrong with settings; null when all is well.</summary>
    public static string? ProblemOf(TokenSettings settings)
    {
        if (PolicyNames.ProblemOf(settings.Policies, Policies.Name) is { } unnamed)
        {
            return unnamed;
        }

        if (Cidr.ProblemOf(settings.BoundCidrs, "token_bound_cidrs") is { } bad)
        {
            return bad;
        }

        if (settings.Type is not ("default" or "service" or "batch" or "default-service" or "default-batch"))
        {
            return "invalid 'token_type' value: it must be default, service, batch, default-service or default-batch";
        }

        if (settings.NumUses < 0)
        {
            return "'token_num_uses' cannot be negative";
        }

        if (settings.Type is "batch" or "default-batch" && (settings.Period > TimeSpan.Zero || settings.NumUses > 0))
        {
            return "'token_type' cannot be 'batch' or 'default_batch' when set to generate "
                + (settings.Period > TimeSpan.Zero ? "periodic tokens" : "tokens with limited use count");
        }

        return settings.MaxTtl > TimeSpan.Zero && settings.Ttl > settings.MaxTtl ? "'token_ttl' cannot be greater than 'token_max_ttl'" : null;
    }

    /// <summary>Writes them as members of the object that is open.</summary>
    public static void Write(Utf8JsonWriter json, TokenSettings settings)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(settings);
        json.WriteTexts(BoundCidrs.Name, settings.BoundCidrs);
        json.WriteNumber(ExplicitMaxTtl.Name, (long)settings.ExplicitMaxTtl.TotalSeconds);
        json.WriteNumber(MaxTtl.Name, (long)settings.MaxTtl.TotalSeconds);
        json.WriteBoolean(NoDefaultPolicy.Name, settings.NoDefaultPolicy);
        json.WriteNumber(NumUses.Name, settings.NumUses);
        json.WriteNumber(Period.Name, (long)settings.Period.TotalSeconds);
        json.WriteTexts(Policies.Name, settings.Policies);
        json.WriteNumber(Ttl.Name, (long)settings.Ttl.TotalSeconds);
        json.WriteString(Type.Name, settings.Type);
        foreach (var name in settings.OldNames)
        {
            WriteOld(json, name, settings);
        }
    }

    private static void WriteOld(Utf8JsonWriter json, string name, TokenSettings settings)
    {
        if (name == OldPolicies.Name || name == OldCidrs.Name)
        {
            var texts = name == OldPolicies.Name ? settings.Policies : settings.BoundCidrs;
            if (!texts.IsEmpty)
            {
                json.WriteTexts(name, texts);
            }

            return;
        }

        var duration = name == OldTtl.Name ? settings.Ttl : name == OldMaxTtl.Name ? settings.MaxTtl : settings.Period;
        if (duration > TimeSpan.Zero)
        {
            json.WriteNumber(name, (long)duration.TotalSeconds);
        }
    }

    private static ImmutableSortedSet<string> OldNamesOf(EngineRequest request, ImmutableSortedSet<string> before)
    {
        foreach (var (current, old) in Renamed)
        {
            before = request.Has(current) ? before.Remove(old.Name) : request.Has(old) ? before.Add(old.Name) : before;
        }

        return before;
    }

    private static T Newest<T>(EngineRequest request, Field<T> field, Field<T> old, T before) =>
        request.Has(field) ? request.Get(field) : request.Has(old) ? request.Get(old) : before;

    private static Field<TimeSpan> OldDuration(string name, Field field) => Field.Duration(name, $"Old name of {field.Name}.").OldNameOf(field);
}
