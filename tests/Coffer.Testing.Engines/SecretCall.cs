using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Testing.Engines;

/// <summary>One call that the kernel made to a kind of secret of the engine, noted before the engine answers.</summary>
/// <param name="Step">What the kernel asked for.</param>
/// <param name="Context">As the engine got it.</param>
/// <param name="Plan">As the engine got it: the planned one for <see cref="SecretStep.Create"/>, otherwise what is stored with the lease.</param>
public sealed record SecretCall(SecretStep Step, SecretContext Context, LeasePlan Plan)
{
    /// <summary>The life that the client wished for at a renewal; zero when it wished for none, and for other steps.</summary>
    public TimeSpan Increment { get; init; }
}
