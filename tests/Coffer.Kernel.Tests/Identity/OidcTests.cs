using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Kernel.Identity.Oidc;
using Coffer.Kernel.Tests.Harness;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Coffer.Kernel.Tests.Identity;

public class OidcTests
{
    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    [InlineData("EdDSA")]
    public async Task A_token_verifies_with_the_public_key_of_its_kid_and_says_who_it_is(string algorithm)
    {
        await using var people = await People.StartAsync();
        var login = await ReadyAsync(people, $$"""{"algorithm":"{{algorithm}}","allowed_client_ids":"app"}""");

        var token = await TokenAsync(people, login);

        var parts = token.Split('.');
        var header = Part(parts[0]);
        var claims = Part(parts[1]);
        Assert.Equal(algorithm, (string)header["alg"]!);
        Assert.True(Verifies(await KeyAsync(people, (string)header["kid"]!), algorithm, parts));
        Assert.Equal(People.EntityOf(login), (string)claims["sub"]!);
        Assert.Equal("app", (string)claims["aud"]!);
        Assert.Equal(600, (long)claims["exp"]! - (long)claims["iat"]!);
        Assert.Null(await ProblemAsync(people, token, "app"));
    }

    [Fact]
    public async Task A_token_that_was_tampered_with_or_is_for_others_does_not_hold()
    {
        await using var people = await People.StartAsync();
        var login = await ReadyAsync(people, """{"algorithm":"ES256","allowed_client_ids":"*"}""");
        var token = await TokenAsync(people, login);
        var parts = token.Split('.');
        var claims = Part(parts[1]);
        claims["sub"] = "somebody-else";
        var none = Encode("""{"alg":"none"}""");
        var other = Encode(new JsonObject { ["alg"] = "HS256", ["kid"] = (string)Part(parts[0])["kid"]! }.ToJsonString());

        Assert.NotNull(await ProblemAsync(people, token, "another-app"));
        Assert.NotNull(await ProblemAsync(people, $"{parts[0]}.{Encode(claims.ToJsonString())}.{parts[2]}"));
        Assert.NotNull(await ProblemAsync(people, $"{none}.{parts[1]}."));
        Assert.NotNull(await ProblemAsync(people, $"{other}.{parts[1]}.{parts[2]}"));
        Assert.NotNull(await ProblemAsync(people, $"{parts[0]}.{parts[1]}."));
        foreach (var junk in (string[])["", ".", "..", "a.b.c", "not a token", "e30.e30.e30", "W10.W10.W10"])
        {
            Assert.NotNull(await ProblemAsync(people, junk));
        }
    }

    [Fact]
    public async Task A_token_holds_until_its_end_and_a_minute_longer_and_only_while_its_entity_does()
    {
        await using var people = await People.StartAsync();
        var login = await ReadyAsync(people, """{"algorithm":"ES256","allowed_client_ids":"*"}""");
        var token = await TokenAsync(people, login);

        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"disabled":true}""");
        Assert.NotNull(await ProblemAsync(people, token));
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"disabled":false}""");
        people.Kernel.Clock.Advance(TimeSpan.FromSeconds(659));
        Assert.Null(await ProblemAsync(people, token));
        people.Kernel.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(await ProblemAsync(people, token));
    }

    [Fact]
    public async Task Keys_turn_by_the_clock_and_the_next_one_is_known_before_it_signs()
    {
        await using var people = await People.StartAsync();
        var login = await ReadyAsync(people, """{"algorithm":"ES256","allowed_client_ids":"*","rotation_period":"1h","verification_ttl":"30m"}""");
        var first = KidOf(await TokenAsync(people, login));
        var shown = await KidsAsync(people);
        Assert.Equal(2, shown.Length);
        Assert.Contains(first, shown);

        // Nobody signs: the key has turned all the same, and goes when its time is over.
        people.Kernel.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Contains(first, await KidsAsync(people));
        people.Kernel.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.DoesNotContain(first, await KidsAsync(people));

        var second = KidOf(await TokenAsync(people, login));
        Assert.Equal(shown.Single(kid => kid != first), second);
        Assert.Equal(2, (await people.Kernel.KeysAsync("identity/oidc/private/")).Count);
    }

    [Fact]
    public async Task Turning_at_once_keeps_what_was_signed_verifying_for_as_long_as_it_is_told()
    {
        await using var people = await People.StartAsync();
        var login = await ReadyAsync(people, """{"algorithm":"ES256","allowed_client_ids":"*"}""");
        var token = await TokenAsync(people, login);

        await people.WriteAsync("identity/oidc/key/k/rotate", """{"verification_ttl":"2m"}""");

        Assert.NotEqual(KidOf(token), KidOf(await TokenAsync(people, login)));
        Assert.Null(await ProblemAsync(people, token));
        people.Kernel.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.NotNull(await ProblemAsync(people, token));
    }

    [Fact]
    public async Task A_template_is_filled_with_values_that_stay_values()
    {
        await using var people = await People.StartAsync();
        const string Template = """{"name":{{identity.entity.name}},"team":{{identity.entity.metadata.team}},"all":{{identity.entity.metadata}},"groups":{{identity.entity.groups.names}},"until":{{time.now.plus.1h}},{{identity.entity.metadata.claim}}:1}""";
        var login = await ReadyAsync(people, """{"algorithm":"ES256","allowed_client_ids":"*"}""");
        await people.WriteAsync("identity/oidc/role/r", new JsonObject { ["template"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Template)) }.ToJsonString());
        var entity = new JsonObject
        {
            ["name"] = "a\",\"sub\":\"x",
            ["metadata"] = new JsonObject { ["team"] = "*/+", ["claim"] = "aud" },
        };
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", entity.ToJsonString());
        await people.GroupAsync($$"""{"name":"g","member_entity_ids":"{{People.EntityOf(login)}}"}""");

        var claims = Part((await TokenAsync(people, login)).Split('.')[1]);

        Assert.Equal(People.EntityOf(login), (string)claims["sub"]!);
        Assert.Equal("app", (string)claims["aud"]!);
        Assert.Equal("a\",\"sub\":\"x", (string)claims["name"]!);
        Assert.Equal("*/+", (string)claims["team"]!);
        Assert.Equal("aud", (string)claims["all"]!["claim"]!);
        Assert.Equal(["g"], People.Texts(claims["groups"]));
        Assert.Equal((long)claims["iat"]! + 3600, (long)claims["until"]!);
    }

    [Fact]
    public async Task A_template_that_came_in_base64_is_shown_as_text_one_that_an_earlier_version_stored_too()
    {
        await using var people = await People.StartAsync();
        people.Kernel.RawStorage = true;
        await people.Kernel.RestartAsync();
        var login = await ReadyAsync(people, """{"algorithm":"ES256","allowed_client_ids":"*"}""");
        const string Text = """{"a":{{identity.entity.name}}}""";
        var sent = Convert.ToBase64String(Encoding.UTF8.GetBytes(Text));

        await people.WriteAsync("identity/oidc/role/r", new JsonObject { ["template"] = sent }.ToJsonString());
        Assert.Equal(Text, (string)(await people.Kernel.ReadAsync("identity/oidc/role/r")).Ok().Data["template"]!);

        var stored = JsonNode.Parse((string)(await people.Kernel.ReadAsync("sys/raw/identity/oidc/role/r")).Ok().Data["value"]!)!;
        stored["template"] = sent;
        await people.WriteAsync("sys/raw/identity/oidc/role/r", new JsonObject { ["value"] = stored.ToJsonString() }.ToJsonString());
        Assert.Equal(Text, (string)(await people.Kernel.ReadAsync("identity/oidc/role/r")).Ok().Data["template"]!);
        Assert.NotNull(Part((await TokenAsync(people, login)).Split('.')[1])["a"]);
    }

    [Fact]
    public async Task Base64_that_holds_no_text_is_refused_as_a_template()
    {
        await using var people = await People.StartAsync();
        await ReadyAsync(people, """{"algorithm":"ES256","allowed_client_ids":"*"}""");
        var sent = Convert.ToBase64String([.. "{\"a\":\""u8, 0xFF, .. "\"}"u8]);

        var answer = await people.Kernel.WriteAsync("identity/oidc/role/r", new JsonObject { ["template"] = sent }.ToJsonString());

        Assert.Contains("UTF-8", answer.Is(400).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":""")]
    [InlineData("[]")]
    [InlineData("""{"s\u0075b":1}""")]
    [InlineData("""{"exp":1}""")]
    [InlineData("""{"a":{{identity.nothing}}}""")]
    [InlineData("""{"a":{{time.nowhere}}}""")]
    [InlineData("""{"a":{{identity.entity.name}""")]
    public void A_template_that_makes_no_sense_is_refused(string template) => Assert.NotNull(OidcTemplate.ProblemOf(template));

    [Fact]
    public async Task Private_halves_never_leave_the_store()
    {
        await using var people = await People.StartAsync();
        await ReadyAsync(people, """{"algorithm":"RS256","allowed_client_ids":"*"}""");

        var shown = (await people.Kernel.ReadAsync("identity/oidc/.well-known/keys", token: "")).Ok().Json["keys"]!.AsArray();

        Assert.All(shown, key => Assert.Equal(["alg", "e", "kid", "kty", "n", "use"], key!.AsObject().Select(member => member.Key).Order()));
    }

    private static async Task<Answer> ReadyAsync(People people, string key)
    {
        await people.AllowAsync("oidc", "identity/oidc/token/*", "read");
        await people.WriteAsync("identity/oidc/key/k", key);
        await people.WriteAsync("identity/oidc/role/r", """{"key":"k","client_id":"app","ttl":"10m"}""");
        var login = await people.LoginAsync("ann");
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"policies":["oidc"]}""");
        return login;
    }

    private static async Task<string> TokenAsync(People people, Answer login) =>
        (string)(await people.Kernel.ReadAsync("identity/oidc/token/r", login.ClientToken)).Ok().Data["token"]!;

    private static async Task<string?> ProblemAsync(People people, string token, string client = "")
    {
        var answer = await people.Kernel.WriteAsync(
            "identity/oidc/introspect", new JsonObject { ["token"] = token, ["client_id"] = client }.ToJsonString());
        return (bool)answer.Is(200).Json["active"]! ? null : (string)answer.Json["error"]!;
    }

    private static async Task<JsonNode> KeyAsync(People people, string kid) =>
        (await people.Kernel.ReadAsync("identity/oidc/.well-known/keys", token: "")).Ok().Json["keys"]!.AsArray().Single(key => (string)key!["kid"]! == kid)!;

    private static async Task<string[]> KidsAsync(People people) =>
        [.. (await people.Kernel.ReadAsync("identity/oidc/.well-known/keys", token: "")).Ok().Json["keys"]!.AsArray().Select(key => (string)key!["kid"]!)];

    private static string KidOf(string token) => (string)Part(token.Split('.')[0])["kid"]!;

    private static JsonNode Part(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!;

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>As a verifier does it that knows nothing but the JSON Web Key.</summary>
    private static bool Verifies(JsonNode key, string algorithm, string[] parts)
    {
        var data = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = Base64Url.DecodeFromChars(parts[2]);
        byte[] Member(string name) => Base64Url.DecodeFromChars((string)key[name]!);
        if (algorithm == "EdDSA")
        {
            Assert.Equal(("OKP", "Ed25519"), ((string)key["kty"]!, (string)key["crv"]!));
            return Ed25519.Verify(signature, 0, Member("x"), 0, data, 0, data.Length);
        }

        var hash = new HashAlgorithmName("SHA" + algorithm[2..]);
        if (algorithm[0] == 'R')
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = Member("n"), Exponent = Member("e") });
            return rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1);
        }

        var curve = (string)key["crv"]! switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        };
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Member("x"), Y = Member("y") } });
        return ecdsa.VerifyData(data, signature, hash);
    }
}
