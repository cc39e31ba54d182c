using Coffer.Sdk.Replies;

namespace Coffer.Testing.Engines;

/// <summary>What the kernel keeps of a lease.</summary>
/// <param name="Plan">What the engine gets at the next renewal or revocation. It has no <see cref="LeasePlan.Ttl"/>, which is used once, when the lease is made.</param>
/// <param name="ExpiresAt">When the lease ends unless it is renewed or revoked.</param>
/// <param name="LastError">Why the last revocation failed; empty when none did.</param>
public sealed record StoredLease(LeasePlan Plan, DateTimeOffset ExpiresAt, string LastError);
