using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Replies;

namespace Coffer.Policies.Explain;

/// <summary>
/// Why a request was allowed or refused: the token's state, the policies, the rule that decided, and what would allow it. Holds no secret: no
/// token, no value of a parameter.
/// </summary>
public sealed record Explanation
{
    private const int OverheadBytes = 320;

    /// <summary>Empty for a question that was not a request.</summary>
    public string RequestId { get; init; } = "";

    public required DateTimeOffset Time { get; init; }

    /// <summary>A segment that was a token is masked.</summary>
    public required string Path { get; init; }

    /// <summary>As the audit log has it: <c>read</c>, <c>create</c>, …</summary>
    public required string Operation { get; init; }

    public required TokenState Token { get; init; }

    /// <summary>Empty when the token is unknown.</summary>
    public string Accessor { get; init; } = "";

    public string EntityId { get; init; } = "";

    public ImmutableArray<string> TokenPolicies { get; init; } = [];

    public ImmutableArray<PolicyOrigin> IdentityPolicies { get; init; } = [];

    public bool IsAllowed { get; init; }

    /// <summary>Allowed by the root policy.</summary>
    public bool IsRoot { get; init; }

    public AclRefusal Refusal { get; init; }

    /// <summary>The capability that allowed the request, or that is missing.</summary>
    public AclCapabilities Capability { get; init; }

    /// <summary>The pattern of the rule that decided; null when none did.</summary>
    public string? Rule { get; init; }

    public AclCapabilities RuleCapabilities { get; init; }

    /// <summary>Where the rule is written: several places when policies add up.</summary>
    public ImmutableArray<RuleSource> Sources { get; init; } = [];

    /// <summary>The parameter that refused it.</summary>
    public string? Parameter { get; init; }

    public TimeSpan? MinWrappingTtl { get; init; }

    public TimeSpan? MaxWrappingTtl { get; init; }

    /// <summary>Templated rules that dropped out for this caller.</summary>
    public ImmutableArray<SkippedRule> Skipped { get; init; } = [];

    /// <summary>The smallest addition to a policy that allows the request; null when none does, or none is needed.</summary>
    public string? WouldAllow { get; init; }

    /// <summary>In one sentence.</summary>
    public string Reason => DecisionWords.Of(this);

    /// <summary>As the API answers it.</summary>
    /// <param name="exists">Whether there is a policy of that name now.</param>
    /// <param name="hint">What else may help; empty for nothing.</param>
    public JsonText ToJson(Func<string, bool> exists, string hint = "") => JsonText.Write(json => ExplanationJson.Write(json, this, exists, hint));

    /// <summary>Writes it as members of an open object, for the audit log: without what only an operator asks for.</summary>
    public void WriteShort(Utf8JsonWriter json) => ExplanationJson.WriteShort(json, this);

    /// <summary>About what it takes in memory. What is shared with compiled policies counts as well, since it may be all that keeps them alive.</summary>
    public int Bytes
    {
        get
        {
            var characters = RequestId.Length + Path.Length + Operation.Length + Accessor.Length + EntityId.Length
                + (Rule?.Length ?? 0) + (Parameter?.Length ?? 0) + (WouldAllow?.Length ?? 0);
            foreach (var name in TokenPolicies)
            {
                characters += name.Length + 16;
            }

            foreach (var origin in IdentityPolicies)
            {
                characters += origin.Policy.Length + origin.From.Length + 32;
            }

            foreach (var source in Sources)
            {
                characters += SizeOf(source);
            }

            foreach (var skipped in Skipped)
            {
                characters += SizeOf(skipped.Source) + skipped.Reason.Length + 32;
            }

            return OverheadBytes + (sizeof(char) * characters);
        }
    }

    /// <summary>Whether a rule could have matched, had its templates values: as far as its path is plain text.</summary>
    private static bool MayConcern(string rule, string path)
    {
        var plain = rule.AsSpan();
        var end = plain.IndexOfAny('{', '+');
        return path.AsSpan().StartsWith(end < 0 ? plain : plain[..end], StringComparison.Ordinal);
    }

    public static int SizeOf(RuleSource source) => source.Policy.Value.Length + source.Path.Length + 48;

    /// <summary>What a decision and the policies behind it say.</summary>
    /// <param name="asked">What was decided on.</param>
    public static Explanation Of(AclDecision decision, Acl acl, AclRequest asked, string operation, DateTimeOffset time)
    {
        var explained = new Explanation
        {
            Time = time,
            Path = asked.Path,
            Operation = operation,
            Token = TokenState.Valid,
        }.Decided(decision);
        return decision.IsAllowed ? explained : explained with
        {
            Skipped = [.. acl.Skipped.Where(skipped => MayConcern(skipped.Source.Path, asked.Path))],
            WouldAllow = Remedy.For(acl, asked, decision),
        };
    }

    /// <summary>The same, with what a decision says by itself.</summary>
    public Explanation Decided(AclDecision decision) => this with
    {
        IsAllowed = decision.IsAllowed,
        IsRoot = decision.IsRoot,
        Refusal = decision.Refusal,
        Capability = decision.Capability,
        Rule = decision.Rule?.Path,
        RuleCapabilities = decision.Rule?.Capabilities ?? AclCapabilities.None,
        Sources = decision.Rule?.Sources ?? [],
        Parameter = decision.Parameter,
        MinWrappingTtl = decision.Rule?.MinWrappingTtl,
        MaxWrappingTtl = decision.Rule?.MaxWrappingTtl,
    };
}
