using System.Collections.Immutable;

namespace Coffer.Kernel.Identity.Oidc;

/// <summary>A named key as it is stored: the public halves, and when they change. Private halves have entries of their own. Immutable.</summary>
public sealed record OidcKeyRecord
{
    public required string Name { get; init; }

    public required string Algorithm { get; init; }

    public TimeSpan RotationPeriod { get; init; }

    /// <summary>How long a key still verifies once it signs no more.</summary>
    public TimeSpan VerificationTtl { get; init; }

    /// <summary>Clients whose roles may sign with it; <c>*</c> for all, empty for none.</summary>
    public ImmutableArray<string> AllowedClientIds { get; init; } = [];

    /// <summary>Signs until <see cref="NextRotation"/>.</summary>
    public required OidcPublicKey Current { get; init; }

    /// <summary>Signs from <see cref="NextRotation"/> on; shown before, so that verifiers know it by then.</summary>
    public required OidcPublicKey Next { get; init; }

    public DateTimeOffset NextRotation { get; init; }

    /// <summary>Signed once, and verify until their end.</summary>
    public ImmutableArray<OidcPublicKey> Retired { get; init; } = [];

    public bool Allows(string clientId) =>
        AllowedClientIds.Contains("*", StringComparer.Ordinal) || AllowedClientIds.Contains(clientId, StringComparer.Ordinal);

    /// <summary>
    /// The keys that verify at a moment. Whether or not anything was signed since: a rotation that is due counts as done at its time, since anyone who
    /// signs next does it first.
    /// </summary>
    public IEnumerable<OidcPublicKey> VerifyingAt(DateTimeOffset now)
    {
        var current = now < NextRotation ? Current : Current with { End = NextRotation + VerificationTtl };
        return Retired.Append(current).Append(Next).Where(key => key.End is not { } end || end > now);
    }
}

/// <summary>The public half of a key.</summary>
/// <param name="Id">The <c>kid</c> of what it signs.</param>
/// <param name="Spki">Its SubjectPublicKeyInfo.</param>
/// <param name="End">When it verifies no more; null while it signs, or will.</param>
public sealed record OidcPublicKey(string Id, byte[] Spki, DateTimeOffset? End);
