using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Leases;

/// <summary>What was made: given once, in the reply, and not kept.</summary>
/// <param name="Data">The <c>data</c> object of the reply.</param>
public sealed record CreatedSecret(JsonText Data)
{
    /// <summary>
    /// Set when the outside system decides the end itself (STS): the lease then ends there. The engine has checked that it lies ahead and no
    /// further than was asked for.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A call of the creation got no answer and was repeated: it may still be carried out and make once more what the plan names.</summary>
    public bool Unsettled { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];
}
