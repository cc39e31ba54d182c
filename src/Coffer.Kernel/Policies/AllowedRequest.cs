using System.Collections.Immutable;
using Coffer.Policies;
using Coffer.Policies.Explain;

namespace Coffer.Kernel.Policies;

/// <summary>As much of an allowed request as it takes to explain it later. It holds no token and no value of a parameter.</summary>
public sealed record AllowedRequest
{
    private const int OverheadBytes = 256;

    public required string RequestId { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>A segment that was a token is masked.</summary>
    public required string Path { get; init; }

    /// <summary>As the audit log has it: <c>read</c>, <c>create</c>, …</summary>
    public required string Operation { get; init; }

    public string Accessor { get; init; } = "";

    public string EntityId { get; init; } = "";

    public ImmutableArray<string> TokenPolicies { get; init; } = [];

    public ImmutableArray<PolicyOrigin> IdentityPolicies { get; init; } = [];

    /// <summary>What the policies decided; it allows the request.</summary>
    public required AclDecision Decision { get; init; }

    /// <summary>
    /// About what it takes in memory. What is shared with token records and compiled policies counts as well, because this may be all that keeps them alive.
    /// </summary>
    internal int Bytes
    {
        get
        {
            // Every allowed request is measured: loops over the arrays, where sums of lambdas would allocate.
            var characters = RequestId.Length + Path.Length + Accessor.Length + EntityId.Length + (Decision.Rule?.Path.Length ?? 0);
            foreach (var name in TokenPolicies)
            {
                characters += name.Length + 16;
            }

            foreach (var origin in IdentityPolicies)
            {
                characters += origin.Policy.Length + origin.From.Length + 32;
            }

            foreach (var source in Decision.Rule?.Sources ?? [])
            {
                characters += Explanation.SizeOf(source);
            }

            return OverheadBytes + (sizeof(char) * characters);
        }
    }

    public Explanation Explain() => new Explanation
    {
        RequestId = RequestId,
        Time = Time,
        Path = Path,
        Operation = Operation,
        Token = TokenState.Valid,
        Accessor = Accessor,
        EntityId = EntityId,
        TokenPolicies = TokenPolicies,
        IdentityPolicies = IdentityPolicies,
    }.Decided(Decision);
}
