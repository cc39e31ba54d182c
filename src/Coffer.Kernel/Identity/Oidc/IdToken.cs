using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Identity.Oidc;

/// <summary>Identity tokens: JSON Web Tokens (RFC 7519) that say which entity somebody is.</summary>
internal static class IdToken
{
    /// <summary>How far clocks may be apart.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    /// <summary>Signs a token for an entity.</summary>
    public static async ValueTask<string> IssueAsync(
        UnitOfWork work,
        string issuer,
        DateTimeOffset now,
        OidcKeyRecord key,
        OidcRoleRecord role,
        EntityRecord entity,
        CallerIdentity identity,
        CancellationToken cancellation)
    {
        using var extra = role.Template.Length > 0 ? OidcTemplate.Fill(role.Template, entity, identity.Groups, now) : null;
        var header = JsonText.Write(json =>
        {
            json.WriteString("alg", key.Algorithm);
            json.WriteString("kid", key.Current.Id);
        });
        var claims = JsonText.Write(json =>
        {
            json.WriteString("aud", role.ClientId);
            json.WriteNumber("exp", (now + role.Ttl).ToUnixTimeSeconds());
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteString("iss", issuer);
            json.WriteString("namespace", "root");
            json.WriteString("sub", entity.Id);
            foreach (var member in extra?.RootElement.EnumerateObject() ?? default)
            {
                if (!OidcTemplate.IsRestricted(member.Name))
                {
                    member.WriteTo(json);
                }
            }
        });
        var signed = $"{Base64Url.EncodeToString(header.Utf8.Span)}.{Base64Url.EncodeToString(claims.Utf8.Span)}";
        var signature = await OidcStore.SignAsync(work, key, Encoding.ASCII.GetBytes(signed), cancellation);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>What is wrong with a token; null when it holds.</summary>
    /// <param name="issuer">As <see cref="OidcStore.IssuerAsync"/>.</param>
    /// <param name="clientId">Who it must be meant for; empty for anybody.</param>
    public static async ValueTask<string?> ProblemOfAsync(
        UnitOfWork work, string issuer, DateTimeOffset now, string token, string clientId, CancellationToken cancellation)
    {
        var parts = token.Split('.');
        if (token.Length > Limits.TokenCharactersMax * 4 || parts.Length != 3 || !parts.All(part => Base64Url.IsValid(part)))
        {
            return "error parsing token: it is not three parts of base64url";
        }

        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            if (!await IsSignedAsync(work, header.RootElement, parts, now, cancellation))
            {
                return "unable to validate the token signature";
            }

            // From here on it is known to be a token made here, whatever it says.
            return ClaimsProblem(claims.RootElement, issuer, clientId, now)
                ?? await EntityProblemAsync(work, claims.RootElement.GetProperty("sub").GetString()!, cancellation);
        }
        catch (JsonException)
        {
            return "error parsing token: a part of it is not JSON";
        }
    }

    private static async ValueTask<bool> IsSignedAsync(
        UnitOfWork work, JsonElement header, string[] parts, DateTimeOffset now, CancellationToken cancellation)
    {
        if (header.ValueKind != JsonValueKind.Object
            || !header.TryGetProperty("kid", out var kid) || kid.ValueKind != JsonValueKind.String
            || !header.TryGetProperty("alg", out var alg) || alg.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        foreach (var name in await work.ListAsync(OidcStore.Keys, cancellation))
        {
            var key = await OidcStore.FindKeyAsync(work, name, cancellation);
            if (key?.VerifyingAt(now).FirstOrDefault(candidate => candidate.Id == kid.GetString()) is { } found)
            {
                // The key decides how it is verified, never the token.
                return key.Algorithm == alg.GetString() && JwtAlgorithm.Find(key.Algorithm)!.Verify(
                    found.Spki, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]));
            }
        }

        return false;
    }

    private static string? ClaimsProblem(JsonElement claims, string issuer, string clientId, DateTimeOffset now)
    {
        if (DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()) + Leeway <= now)
        {
            return "error validating claims: the token is expired (exp)";
        }

        return claims.GetProperty("iss").GetString() != issuer ? "error validating claims: another issuer (iss)"
            : clientId.Length > 0 && claims.GetProperty("aud").GetString() != clientId ? "error validating claims: another audience (aud)"
            : null;
    }

    private static async ValueTask<string?> EntityProblemAsync(UnitOfWork work, string id, CancellationToken cancellation)
    {
        var entity = await EntityStore.FindActingAsync(work, id, cancellation);
        return entity is null ? "entity was not found" : entity.Disabled ? "entity is disabled" : null;
    }
}
