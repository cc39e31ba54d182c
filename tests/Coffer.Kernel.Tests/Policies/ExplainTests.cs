using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Kernel.Tests.Identity;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tests.Policies;

public sealed class ExplainTests
{
    private const string Dev =
        """
        path "fake/config/*" { capabilities = ["read"] }
        path "fake/limited" {
          capabilities = ["update"]
          allowed_parameters = { "a" = ["1"] }
          required_parameters = ["a"]
        }
        path "fake/wrapped" {
          capabilities = ["read"]
          min_wrapping_ttl = "1m"
          max_wrapping_ttl = "1h"
        }
        path "fake/{{identity.entity.name}}/x" { capabilities = ["read"] }
        path "fake/shut" { capabilities = ["deny"] }
        path "sys/audit" { capabilities = ["read"] }
        """;

    [Theory]
    [InlineData("""{"path":"fake/config/a"}""", true, "the rule \"fake/config/*\" (dev line 1) grants read")]
    [InlineData("""{"path":"fake/config/a","operation":"write"}""", false, "the rule \"fake/config/*\" (dev line 1) decides, and does not grant update")]
    [InlineData("""{"path":"fake/other"}""", false, "no rule of the token's policies covers the path")]
    [InlineData("""{"path":"fake/shut"}""", false, "the rule \"fake/shut\" (dev line 13) denies the path, and a deny wins over whatever else is granted on the same path")]
    [InlineData("""{"path":"sys/audit"}""", false, "the path is root-protected, and the rule \"sys/audit\" (dev line 14) does not grant sudo")]
    [InlineData("""{"path":"fake/limited","operation":"update"}""", false, "the rule \"fake/limited\" (dev line 2) requires the parameter \"a\"")]
    [InlineData("""{"path":"fake/limited","operation":"update","parameters":{"a":"2"}}""", false, "the rule \"fake/limited\" (dev line 2) does not allow the parameter \"a\", or its value")]
    [InlineData("""{"path":"fake/limited","operation":"update","parameters":{"a":"1"}}""", true, "the rule \"fake/limited\" (dev line 2) grants update")]
    [InlineData("""{"path":"fake/wrapped"}""", false, "the rule \"fake/wrapped\" (dev line 7) wants the reply wrapped, at least 1m0s, at most 1h0m0s")]
    [InlineData("""{"path":"fake/wrapped","wrap_ttl":"10s"}""", false, "the rule \"fake/wrapped\" (dev line 7) wants the reply wrapped for another time, at least 1m0s, at most 1h0m0s")]
    [InlineData("""{"path":"fake/wrapped","wrap_ttl":"10m"}""", true, "the rule \"fake/wrapped\" (dev line 7) grants read")]
    public async Task A_token_learns_of_itself_what_would_come_of_a_request(string question, bool allowed, string reason)
    {
        await using var kernel = await KernelHarness.StartAsync();
        var token = await TokenAsync(kernel);

        var answer = (await kernel.WriteAsync("sys/policies/explain-self", question, token.ClientToken)).Ok();

        Assert.Equal(reason, (string)answer.Data["reason"]!);
        Assert.Equal(allowed, (bool)answer.Data["allowed"]!);
        Assert.Equal(["default:token:True", "dev:token:True", "nosuch:token:False"], answer.Data["policies"]!.AsArray()
            .Select(policy => $"{policy!["name"]}:{policy["from"]![0]}:{(bool)policy["exists"]!}"));
    }

    [Fact]
    public async Task A_refused_request_is_explained_by_its_id_to_its_own_token_and_to_sudo_and_to_nobody_else()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var token = (await TokenAsync(kernel)).ClientToken;
        var other = (await TokenAsync(kernel)).ClientToken;
        var id = await RefusedAsync(kernel, "fake/other", token);
        var question = $$"""{"request_id":"{{id}}"}""";

        var own = (await kernel.WriteAsync("sys/policies/explain-self", question, token)).Ok();
        var all = (await kernel.WriteAsync("sys/policies/explain", question)).Ok();
        var strange = (await kernel.WriteAsync("sys/policies/explain-self", question, other)).Is(404);
        var never = (await kernel.WriteAsync("sys/policies/explain-self", """{"request_id":"never"}""", other)).Is(404);

        Assert.Equal("no_rule", (string)own.Data["refusal"]!);
        Assert.Equal("path \"fake/other\" {\n  capabilities = [\"read\"]\n}\n", (string)all.Data["would_allow"]!);
        Assert.Equal(own.Data.ToJsonString(), all.Data.ToJsonString());
        Assert.Equal(never.Body, strange.Body);
        (await kernel.WriteAsync("sys/policies/explain", question, token)).Is(403);
    }

    [Fact]
    public async Task Sudo_is_needed_to_ask_about_another_token()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var (mine, theirs) = (await TokenAsync(kernel), await TokenAsync(kernel));
        var all = (await kernel.TokenAsync()).ClientToken;

        // "*" with every capability but sudo is not enough; and at explain-self another's token is not even looked at.
        (await kernel.WriteAsync("sys/policies/explain", $$"""{"path":"fake/x","accessor":"{{theirs.Accessor}}"}""", all)).Is(403);
        var self = (await kernel.WriteAsync("sys/policies/explain-self", $$"""{"path":"fake/x","accessor":"{{theirs.Accessor}}","token":"{{theirs.ClientToken}}"}""", mine.ClientToken)).Ok();

        Assert.Equal(mine.Accessor, (string)self.Data["token"]!["accessor"]!);
    }

    [Fact]
    public async Task The_state_of_a_token_is_told_to_sudo_by_token_and_by_accessor()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var expired = await kernel.TokenAsync("""{"type":"batch","ttl":"1m"}""");
        var (good, revoked) = (await kernel.TokenAsync(), await kernel.TokenAsync());
        (await kernel.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{revoked.Accessor}}"}""")).Ok();

        Assert.Equal("valid", await StateAsync(kernel, "token", good.ClientToken));
        Assert.Equal("valid", await StateAsync(kernel, "accessor", good.Accessor));
        Assert.Equal("unknown", await StateAsync(kernel, "token", revoked.ClientToken));
        Assert.Equal("unknown", await StateAsync(kernel, "token", "hvb.nonsense"));
        Assert.Equal("unknown", await StateAsync(kernel, "accessor", "nonsense"));
        Assert.Equal("valid", await StateAsync(kernel, "token", expired.ClientToken));
        kernel.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("expired", await StateAsync(kernel, "token", expired.ClientToken));
    }

    [Fact]
    public async Task Policies_are_told_with_the_place_they_come_from()
    {
        await using var people = await People.StartAsync();
        var login = await people.LoginAsync("ann");
        var entity = People.EntityOf(login);
        await people.WriteAsync($"identity/entity/id/{entity}", """{"policies":["items","mine"]}""");
        await people.GroupAsync($$"""{"name":"ops","policies":["items","theirs"],"member_entity_ids":["{{entity}}"]}""");

        var answer = (await people.Kernel.WriteAsync("sys/policies/explain", $$"""{"path":"fake/x","token":"{{login.ClientToken}}"}""")).Ok();

        Assert.Equal(entity, (string)answer.Data["token"]!["entity_id"]!);
        Assert.Equal(
            ["default: token", "items: entity, group ops", "mine: entity", "theirs: group ops"],
            answer.Data["policies"]!.AsArray().Select(policy => $"{policy!["name"]}: {string.Join(", ", policy["from"]!.AsArray().Select(from => (string)from!))}"));
    }

    [Theory]
    [InlineData("{}", "request_id must be given, or path")]
    [InlineData("""{"path":"a/../b"}""", "path: ")]
    [InlineData("""{"path":"a","operation":"steal"}""", "operation must be read, list")]
    [InlineData("""{"path":"a","token":"x","accessor":"y"}""", "give one of them")]
    public async Task A_question_that_is_none_is_refused(string question, string reason)
    {
        await using var kernel = await KernelHarness.StartAsync();

        Assert.Contains(reason, (await kernel.WriteAsync("sys/policies/explain", question)).Is(400).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_was_put_into_a_path_by_mistake_is_not_remembered()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var token = (await TokenAsync(kernel)).ClientToken;
        var id = await RefusedAsync(kernel, $"fake/{token}", token);

        var answer = (await kernel.WriteAsync("sys/policies/explain", $$"""{"request_id":"{{id}}"}""")).Ok();

        Assert.Equal("fake/(token)", (string)answer.Data["path"]!);
        Assert.DoesNotContain(token, answer.Body, StringComparison.Ordinal);
    }

    private static async Task<Answer> TokenAsync(KernelHarness kernel)
    {
        (await kernel.WriteAsync("sys/policies/acl/dev", new JsonObject { ["policy"] = Dev }.ToJsonString())).Ok();
        return (await kernel.WriteAsync("auth/token/create", """{"policies":["dev","nosuch"]}""")).Ok();
    }

    private static async Task<string> StateAsync(KernelHarness kernel, string by, string value) =>
        (string)(await kernel.WriteAsync("sys/policies/explain", $$"""{"path":"fake/x","{{by}}":"{{value}}"}""")).Ok().Data["token"]!["state"]!;

    private static async Task<string> RefusedAsync(KernelHarness kernel, string path, string token)
    {
        Assert.True(CanonicalPath.TryParse(path, out var canonical, out _));
        var request = new ApiRequest
        {
            Id = SystemRandom.Instance.Uuid(),
            Path = canonical,
            Operation = Operation.Read,
            Token = token,
            Data = default(JsonElement),
            RemoteAddress = "127.0.0.1",
        };
        Answer.Of(await kernel.Kernel.Requests.HandleAsync(request, TestContext.Current.CancellationToken)).Is(403);
        return request.Id;
    }
}
