using System.Collections.Immutable;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Headers;

/// <summary>Which web pages of other origins may call the API. Not stored means none may, and no origin is looked at.</summary>
/// <param name="Origins">Scheme, host and port as browsers send them; a single <c>*</c> for all.</param>
/// <param name="ExtraHeaders">Request headers such pages may send, beside the standard ones.</param>
public sealed record CorsSettings(ImmutableArray<string> Origins, ImmutableArray<string> ExtraHeaders)
{
    internal const string StorageKey = "core/cors";

    internal const string Everyone = "*";

    private static readonly ImmutableArray<string> StandardHeaders =
    [
        "Content-Type", "X-Requested-With", "X-Vault-AWS-IAM-Server-ID", "X-Vault-MFA", "X-Vault-No-Request-Forwarding", "X-Vault-Wrap-Format",
        "X-Vault-Wrap-TTL", "X-Vault-Policy-Override", "Authorization", "X-Vault-Token",
    ];

    /// <summary>All request headers that are allowed.</summary>
    public ImmutableArray<string> AllowedHeaders => [.. StandardHeaders, .. ExtraHeaders];

    /// <summary>Compared to the byte: an origin is no prefix and no pattern.</summary>
    public bool Allows(string origin) => Origins.Contains(origin, StringComparer.Ordinal) || Origins is [Everyone];

    internal static ValueTask<CorsSettings?> ReadAsync(UnitOfWork work, CancellationToken cancellation) =>
        work.GetAsync(StorageKey, HeadersJsonContext.Default.CorsSettings, cancellation);
}
