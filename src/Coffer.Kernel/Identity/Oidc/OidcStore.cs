using System.Security.Cryptography;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Identity.Oidc;

/// <summary>Keys, roles and settings of identity tokens in the store, and the turning of keys by the clock.</summary>
internal static class OidcStore
{
    public const string Keys = "identity/oidc/key/";
    public const string Roles = "identity/oidc/role/";
    private const string Config = "identity/oidc/config";

    public static ValueTask<OidcKeyRecord?> FindKeyAsync(UnitOfWork work, string name, CancellationToken cancellation) =>
        work.GetAsync(Keys + name, IdentityJsonContext.Default.OidcKeyRecord, cancellation);

    public static async ValueTask<OidcRoleRecord?> FindRoleAsync(UnitOfWork work, string name, CancellationToken cancellation)
    {
        if (await work.GetAsync(Roles + name, IdentityJsonContext.Default.OidcRoleRecord, cancellation) is not { } role)
        {
            return null;
        }

        // Earlier versions stored base64 as it came.
        OidcTemplate.TryDecode(role.Template, out var template);
        return role with { Template = template };
    }

    public static void Put(UnitOfWork work, OidcKeyRecord key) => work.Put(Keys + key.Name, key, IdentityJsonContext.Default.OidcKeyRecord);

    public static void Put(UnitOfWork work, string name, OidcRoleRecord role) => work.Put(Roles + name, role, IdentityJsonContext.Default.OidcRoleRecord);

    public static async ValueTask<string> ConfiguredIssuerAsync(UnitOfWork work, CancellationToken cancellation) =>
        (await work.GetAsync(Config, IdentityJsonContext.Default.OidcConfigRecord, cancellation))?.Issuer ?? "";

    public static void PutIssuer(UnitOfWork work, string issuer) => work.Put(Config, new OidcConfigRecord(issuer), IdentityJsonContext.Default.OidcConfigRecord);

    /// <summary>The issuer of tokens: what is configured, else the server's own address, and the path that discovery starts from.</summary>
    public static async ValueTask<string> IssuerAsync(UnitOfWork work, string apiAddress, CancellationToken cancellation)
    {
        var configured = await ConfiguredIssuerAsync(work, cancellation);
        return (configured.Length > 0 ? configured : apiAddress).TrimEnd('/') + "/v1/identity/oidc";
    }

    /// <summary>Names of the roles that use a key.</summary>
    public static async ValueTask<List<(string Name, OidcRoleRecord Role)>> RolesOfAsync(UnitOfWork work, string key, CancellationToken cancellation)
    {
        var found = new List<(string, OidcRoleRecord)>();
        foreach (var name in await work.ListAsync(Roles, cancellation))
        {
            if (await FindRoleAsync(work, name, cancellation) is { } role && role.Key == key)
            {
                found.Add((name, role));
            }
        }

        return found;
    }

    /// <summary>A key pair, its private half stored.</summary>
    public static OidcPublicKey NewPair(UnitOfWork work, IRandom random, JwtAlgorithm algorithm)
    {
        var id = random.Uuid();
        var (secret, shown) = algorithm.Generate(random);
        work.Put(PrivateKey(id), secret);
        return new OidcPublicKey(id, shown, End: null);
    }

    /// <summary>Removes a key's private halves.</summary>
    public static void RemovePairs(UnitOfWork work, OidcKeyRecord key)
    {
        work.Delete(PrivateKey(key.Current.Id));
        work.Delete(PrivateKey(key.Next.Id));
    }

    /// <summary>The key as it is to sign now: turned first, when that is due.</summary>
    public static OidcKeyRecord Turned(UnitOfWork work, IRandom random, OidcKeyRecord key, DateTimeOffset now) =>
        now < key.NextRotation ? key : Rotate(work, random, key, key.NextRotation + key.VerificationTtl, now);

    /// <summary>Retires the current key, and makes the next one current.</summary>
    /// <param name="end">When the retired key verifies no more.</param>
    public static OidcKeyRecord Rotate(UnitOfWork work, IRandom random, OidcKeyRecord key, DateTimeOffset end, DateTimeOffset now)
    {
        work.Delete(PrivateKey(key.Current.Id));
        var rotated = key with
        {
            Current = key.Next,
            Next = NewPair(work, random, JwtAlgorithm.Find(key.Algorithm)!),
            NextRotation = now + key.RotationPeriod,
            Retired = [.. key.Retired.Append(key.Current with { End = end }).Where(retired => retired.End > now)],
        };
        Put(work, rotated);
        return rotated;
    }

    /// <summary>Signs with the current key.</summary>
    public static async ValueTask<byte[]> SignAsync(UnitOfWork work, OidcKeyRecord key, byte[] data, CancellationToken cancellation)
    {
        var secret = await work.GetAsync(PrivateKey(key.Current.Id), cancellation)
            ?? throw new CryptographicException("the private half of a key is missing from the store");
        return JwtAlgorithm.Find(key.Algorithm)!.Sign(secret.Span, data);
    }

    private static string PrivateKey(string id) => "identity/oidc/private/" + id;
}
