using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Identity.Oidc;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Identity.Oidc;

/// <summary>Makes and checks identity tokens, and shows what verifiers need: discovery and public keys.</summary>
/// <param name="apiAddress">The issuer, where none is configured.</param>
internal sealed class OidcTokenPaths(string apiAddress, IRandom random)
{
    private static readonly Field<string> Issuer = Field.Text("issuer", "Scheme, host and port that tokens name as their maker; empty for the server's own address.");
    private static readonly Field<string> Token = Field.Text("token", "The token to check.");
    private static readonly Field<string> ClientId = Field.Text("client_id", "Whom it must be meant for; empty for anybody.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("oidc/config", "Reads and writes the issuer.") { Fields = [Issuer], Read = ReadConfigAsync, Write = WriteConfigAsync },
        new("oidc/token/{name}", "Makes an identity token of a role for the caller's entity.") { Read = IssueAsync },
        new("oidc/introspect", "Tells whether an identity token holds.") { Fields = [Token, ClientId], Write = IntrospectAsync },
        new("oidc/.well-known/openid-configuration", "Shows where verifiers find what they need.") { Unauthenticated = true, Read = DiscoverAsync },
        new("oidc/.well-known/keys", "Shows the public keys.") { Unauthenticated = true, Read = ShowKeysAsync },
    ];

    private static async ValueTask<Reply> ReadConfigAsync(EngineRequest request, CancellationToken cancellation)
    {
        var issuer = await OidcStore.ConfiguredIssuerAsync(KernelRequest.WorkOf(request), cancellation);
        return Reply.With(json => json.WriteString("issuer", issuer));
    }

    private static ValueTask<Reply> WriteConfigAsync(EngineRequest request, CancellationToken cancellation)
    {
        var issuer = request.Get(Issuer).TrimEnd('/');
        if (issuer.Length > 0 && !IsOrigin(issuer))
        {
            return ValueTask.FromResult(Reply.Invalid(
                "invalid issuer, which must include only a scheme, host, and optional port (e.g. https://example.com:8200)"));
        }

        OidcStore.PutIssuer(KernelRequest.WorkOf(request), issuer);
        return ValueTask.FromResult<Reply>(issuer.Length == 0
            ? Reply.Done
            : new Reply.Empty
            {
                Warnings = ["Every verifier must expect this issuer from now on; an empty \"issuer\" goes back to the server's own address."],
            });
    }

    private static bool IsOrigin(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri is { AbsolutePath: "/", Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0, Host.Length: > 0 };

    private async ValueTask<Reply> IssueAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var name = request.Param("name");
        var identity = request.RequiredCaller.Identity;
        if (await OidcStore.FindRoleAsync(request.Work, name, cancellation) is not { } role)
        {
            return Reply.Invalid($"role \"{name}\" not found");
        }

        if (await OidcStore.FindKeyAsync(request.Work, role.Key, cancellation) is not { } key)
        {
            return Reply.Invalid($"key \"{role.Key}\" not found");
        }

        if (!key.Allows(role.ClientId))
        {
            return Reply.Invalid($"the key \"{role.Key}\" does not list the client ID of the role \"{name}\" as an allowed client ID");
        }

        if (await EntityStore.FindAsync(request.Work, identity.EntityId, cancellation) is not { } entity)
        {
            return Reply.Invalid("no entity associated with the request's token");
        }

        var turned = OidcStore.Turned(request.Work, random, key, request.Now);
        var issuer = await IssuerAsync(request, cancellation);
        var token = await IdToken.IssueAsync(request.Work, issuer, request.Now, turned, role, entity, identity, cancellation);
        return Reply.With(json =>
        {
            json.WriteString("client_id", role.ClientId);
            json.WriteString("token", token);
            json.WriteNumber("ttl", (long)role.Ttl.TotalSeconds);
        });
    }

    private async ValueTask<Reply> IntrospectAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var problem = await IdToken.ProblemOfAsync(
            request.Work, await IssuerAsync(request, cancellation), request.Now, request.Get(Token), request.Get(ClientId), cancellation);
        return KernelReply.Bare(json =>
        {
            json.WriteBoolean("active", problem is null);
            if (problem is not null)
            {
                json.WriteString("error", problem);
            }
        });
    }

    private ValueTask<string> IssuerAsync(KernelRequest request, CancellationToken cancellation) =>
        OidcStore.IssuerAsync(request.Work, apiAddress, cancellation);

    private async ValueTask<Reply> DiscoverAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var issuer = await IssuerAsync(request, cancellation);
        return KernelReply.Bare(json =>
        {
            json.WriteString("issuer", issuer);
            json.WriteString("jwks_uri", issuer + "/.well-known/keys");
            json.WriteTexts("response_types_supported", ["id_token"]);
            json.WriteTexts("subject_types_supported", ["public"]);
            json.WriteTexts("id_token_signing_alg_values_supported", JwtAlgorithm.Names);
        });
    }

    private static async ValueTask<Reply> ShowKeysAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var keys = new List<OidcKeyRecord>();
        foreach (var name in await request.Work.ListAsync(OidcStore.Keys, cancellation))
        {
            if (await OidcStore.FindKeyAsync(request.Work, name, cancellation) is { } key)
            {
                keys.Add(key);
            }
        }

        return KernelReply.Bare(json =>
        {
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                WriteKeys(json, key, request.Now);
            }

            json.WriteEndArray();
        });
    }

    private static void WriteKeys(Utf8JsonWriter json, OidcKeyRecord key, DateTimeOffset now)
    {
        var algorithm = JwtAlgorithm.Find(key.Algorithm)!;
        foreach (var shown in key.VerifyingAt(now))
        {
            json.WriteStartObject();
            algorithm.WriteKey(json, shown.Id, shown.Spki);
            json.WriteEndObject();
        }
    }
}
