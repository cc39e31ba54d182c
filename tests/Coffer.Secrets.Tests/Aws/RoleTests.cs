using System.Text.Json.Nodes;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

public sealed class RoleTests : IAsyncDisposable
{
    private const string LegacyWarning = "Detected use of legacy role or policy parameter. Please upgrade to use the new parameters.";

    private readonly EngineHarness _engine = new(AwsEngine.Type);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Every_field_is_given_back()
    {
        await WriteAsync(
            "full",
            """
            {"credential_type":"iam_user","policy_document":"{\n \"Version\": \"2012-10-17\",\n \"Statement\": [ { \"Effect\": \"Allow\" } ]\n}",
             "policy_arns":["arn:aws:iam::aws:policy/A","arn:aws:iam::aws:policy/B"],"iam_groups":["g1","g2"],
             "iam_tags":{"team":"blue","cost":"42"},"user_path":"/vault/","permissions_boundary_arn":"arn:aws:iam::123456789012:policy/b"}
            """);

        Assert.Equal(
            """
            {"credential_type":"iam_user","default_sts_ttl":0,"default_ttl":0,"external_id":"","iam_groups":["g1","g2"],"iam_tags":{"cost":"42","team":"blue"},"max_sts_ttl":0,"max_ttl":0,"permissions_boundary_arn":"arn:aws:iam::123456789012:policy/b","policy_arns":["arn:aws:iam::aws:policy/A","arn:aws:iam::aws:policy/B"],"policy_document":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\"}]}","role_arns":null,"session_tags":null,"user_path":"/vault/"}
            """,
            (await _engine.ReadAsync("roles/full")).DataText());
    }

    [Theory]
    [InlineData("iam_user")]
    [InlineData("assumed_role")]
    [InlineData("federation_token")]
    public async Task A_role_of_nothing_but_a_type_shows_nulls_and_empties(string type)
    {
        var notice = type == "iam_user"
            ? "\"notice\":\"this role grants nothing: it has no policy_arns, no iam_groups, and no policy_document that allows anything\","
            : "";
        await WriteAsync("bare", $$"""{"credential_type":"{{type}}"}""");

        Assert.Equal(
            $$"""
            {"credential_type":"{{type}}","default_sts_ttl":0,"default_ttl":0,"external_id":"","iam_groups":null,"iam_tags":null,"max_sts_ttl":0,"max_ttl":0,{{notice}}"permissions_boundary_arn":"","policy_arns":null,"policy_document":"","role_arns":null,"session_tags":null,"user_path":""}
            """,
            (await _engine.ReadAsync("roles/bare")).DataText());
    }

    [Theory]
    [InlineData("""{"iam_groups":"a,b"}""", "iam_groups", """["a","b"]""")]
    [InlineData("""{"policy_arns":" arn:aws:iam::aws:policy/X , arn:aws:iam::aws:policy/Y "}""", "policy_arns", """["arn:aws:iam::aws:policy/X","arn:aws:iam::aws:policy/Y"]""")]
    [InlineData("""{"iam_groups":["x, y","z"]}""", "iam_groups", """["x, y","z"]""")]
    [InlineData("""{"policy_arns":""}""", "policy_arns", "[]")]
    [InlineData("""{"iam_groups":[]}""", "iam_groups", "[]")]
    [InlineData("""{"iam_tags":{"a":"1","b":"two"}}""", "iam_tags", """{"a":"1","b":"two"}""")]
    [InlineData("""{"iam_tags":["a=1","b=x=y"]}""", "iam_tags", """{"a":"1","b":"x=y"}""")]
    [InlineData("""{"iam_tags":"k=v"}""", "iam_tags", """{"k":"v"}""")]
    [InlineData("""{"iam_tags":{"n":7}}""", "iam_tags", """{"n":"7"}""")]
    [InlineData("""{"iam_tags":{}}""", "iam_tags", "{}")]
    [InlineData("""{"user_path":"/"}""", "user_path", "\"/\"")]
    [InlineData("""{"user_path":"/a/b-c_d/"}""", "user_path", "\"/a/b-c_d/\"")]
    [InlineData("""{"permissions_boundary_arn":""}""", "permissions_boundary_arn", "\"\"")]
    public async Task Lists_and_maps_come_in_many_shapes(string json, string field, string shown)
    {
        await WriteAsync("r", """{"credential_type":"iam_user"}""");
        await WriteAsync("r", json);

        Assert.Equal(shown, (await _engine.ReadAsync("roles/r")).Data()[field]!.ToJsonString());
    }

    [Fact]
    public async Task A_write_changes_what_it_names_and_keeps_the_rest()
    {
        await WriteAsync("r", """{"credential_type":"iam_user","policy_arns":["arn:aws:iam::aws:policy/A"],"iam_groups":["g"],"user_path":"/x/"}""");
        await WriteAsync("r", """{"iam_groups":["h","i"]}""");
        await WriteAsync("r", """{"policy_arns":[]}""");
        await WriteAsync("r", """{"user_path":""}""");
        await WriteAsync("r", """{"credential_type":"federation_token"}""");
        await WriteAsync("r", "{}");

        var role = (await _engine.ReadAsync("roles/r")).Data();
        Assert.Equal("federation_token", (string?)role["credential_type"]);
        Assert.Equal("""["h","i"]""", role["iam_groups"]!.ToJsonString());
        Assert.Equal("[]", role["policy_arns"]!.ToJsonString());
        Assert.Equal("", (string?)role["user_path"]);
    }

    [Fact]
    public async Task Changing_the_type_with_leftover_fields_is_refused_and_stores_nothing()
    {
        await WriteAsync("r", """{"credential_type":"iam_user","user_path":"/x/"}""");

        await RefusedAsync("r", """{"credential_type":"assumed_role"}""", "user_path parameter only valid for iam_user credential type");
        Assert.Equal("iam_user", (string?)(await _engine.ReadAsync("roles/r")).Data()["credential_type"]);
    }

    [Theory]
    [InlineData("{}", "did not supply credential_type")]
    [InlineData("""{"credential_type":"root"}""", "unrecognized credential type: there are iam_user, assumed_role and federation_token")]
    [InlineData("""{"credential_type":""}""", "unrecognized credential type: there are iam_user, assumed_role and federation_token")]
    [InlineData("""{"credential_type":"iam_user","role_arns":["arn:r"]}""", "cannot supply role_arns when credential_type isn't assumed_role")]
    [InlineData("""{"credential_type":"federation_token","role_arns":"arn:r"}""", "cannot supply role_arns when credential_type isn't assumed_role")]
    [InlineData("""{"credential_type":"iam_user","default_sts_ttl":"1h"}""", "default_sts_ttl parameter only valid for assumed_role and federation_token credential types")]
    [InlineData("""{"credential_type":"assumed_role","default_ttl":"1h"}""", "default_ttl parameter only valid for iam_user credential type")]
    [InlineData("""{"credential_type":"federation_token","max_ttl":3600}""", "max_ttl parameter only valid for iam_user credential type")]
    [InlineData("""{"credential_type":"iam_user","default_ttl":"2h","max_ttl":"1h"}""", "\"default_ttl\" value must be less than or equal to \"max_ttl\" value")]
    [InlineData("""{"credential_type":"iam_user","max_sts_ttl":3600}""", "max_sts_ttl parameter only valid for assumed_role and federation_token credential types")]
    [InlineData("""{"credential_type":"assumed_role","default_sts_ttl":"2h","max_sts_ttl":"1h"}""", "\"default_sts_ttl\" value must be less than or equal to \"max_sts_ttl\" value")]
    [InlineData("""{"credential_type":"assumed_role","user_path":"/a/"}""", "user_path parameter only valid for iam_user credential type")]
    [InlineData("""{"credential_type":"federation_token","permissions_boundary_arn":"arn:aws:iam::123456789012:policy/p"}""", "cannot supply permissions_boundary_arn when credential_type isn't iam_user")]
    [InlineData("""{"credential_type":"iam_user","permissions_boundary_arn":"nonsense"}""", "invalid permissions_boundary_arn parameter: arn: invalid prefix")]
    [InlineData("""{"credential_type":"iam_user","permissions_boundary_arn":"arn:aws:iam"}""", "invalid permissions_boundary_arn parameter: arn: not enough sections")]
    [InlineData("""{"credential_type":"iam_user","permissions_boundary_arn":"arn:aws:s3:::bucket"}""", "invalid permissions_boundary_arn parameter: expected a service of iam")]
    [InlineData("""{"credential_type":"iam_user","permissions_boundary_arn":"arn:aws:iam::123456789012:role/x"}""", "invalid permissions_boundary_arn parameter: expected a resource type of policy")]
    [InlineData("""{"credential_type":"iam_user","external_id":"e"}""", "cannot supply external_id when credential_type isn't assumed_role")]
    [InlineData("""{"credential_type":"iam_user","iam_tags":{"Coffer:lease":"x"}}""", "iam_tags cannot begin with \"coffer:\", which marks users of a lease")]
    public async Task What_does_not_fit_the_type_is_refused_and_stores_nothing(string json, string problem)
    {
        await RefusedAsync("v", json, problem);

        Assert.Equal(404, (await _engine.ReadAsync("roles/v")).Status());
        Assert.Equal(404, (await _engine.ListAsync("roles")).Status());
    }

    [Theory]
    [InlineData("vault")]
    [InlineData("/vault")]
    [InlineData("vault/")]
    [InlineData("/a b/")]
    [InlineData("/a/\n")]
    public async Task A_user_path_begins_and_ends_with_a_slash(string path)
    {
        var reply = await _engine.WriteAsync("roles/v", new JsonObject { ["credential_type"] = "iam_user", ["user_path"] = path }.ToJsonString());

        reply.AssertRefused(
            400,
            """error(s) validating supplied role data: "1 error occurred:\n\t* The specified value for user_path is invalid. It must match '^\\/([\\x21-\\x7F]{0,510}\\/)?$' regexp\n\n" """.Trim());
    }

    [Fact]
    public async Task All_problems_are_told_at_once() =>
        (await _engine.WriteAsync("roles/v", """{"role_arns":"arn:r","user_path":"/a/"}""")).AssertRefused(
            400,
            """error(s) validating supplied role data: "3 errors occurred:\n\t* did not supply credential_type\n\t* user_path parameter only valid for iam_user credential type\n\t* cannot supply role_arns when credential_type isn't assumed_role\n\n" """.Trim());

    [Theory]
    [InlineData("not json", "cannot parse policy document: it must be a JSON object")]
    [InlineData("""{"a":1,}""", "cannot parse policy document: it must be a JSON object")]
    [InlineData("[1]", "cannot parse policy document: it must be a JSON object")]
    [InlineData("\"s\"", "cannot parse policy document: it must be a JSON object")]
    [InlineData("5", "cannot parse policy document: it must be a JSON object")]
    [InlineData("null", "cannot parse policy document: it must be a JSON object")]
    [InlineData("{}{}", "cannot parse policy document: it must be a JSON object")]
    public async Task A_document_that_is_no_json_object_is_refused(string document, string error)
    {
        await WriteAsync("p", """{"credential_type":"iam_user","policy_document":"{}"}""");

        (await _engine.WriteAsync("roles/p", new JsonObject { ["policy_document"] = document }.ToJsonString())).AssertRefused(400, error);
        Assert.Equal("{}", (string?)(await _engine.ReadAsync("roles/p")).Data()["policy_document"]);
        await WriteAsync("p", """{"policy_document":""}""");
        Assert.Equal("", (string?)(await _engine.ReadAsync("roles/p")).Data()["policy_document"]);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("5")]
    public async Task A_legacy_policy_that_is_no_json_object_is_refused(string policy) =>
        (await _engine.WriteAsync("roles/p", new JsonObject { ["policy"] = policy }.ToJsonString()))
            .AssertRefused(400, "unable to parse supplied data: it is neither a policy document in JSON nor an ARN");

    [Fact]
    public async Task A_document_without_room_for_the_hard_end_is_stored_with_a_warning()
    {
        var document = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"{{new string('x', 1900)}}"}]}""";

        var reply = await _engine.WriteAsync("roles/p", new JsonObject { ["credential_type"] = "iam_user", ["policy_document"] = document }.ToJsonString());

        Assert.Contains("characters too long", Assert.Single(reply.Warnings), StringComparison.Ordinal);
        (await _engine.WriteAsync("config/root", "{}")).AssertDone();
        var refused = await _engine.ReadAsync("creds/p");
        Assert.Equal(400, refused.Status());
        Assert.Equal(reply.Warnings[0], Assert.Single(refused.Errors()));
    }

    [Theory]
    [InlineData("""{"policy":"{\"Version\": \"2012-10-17\", \"Statement\": []}"}""", "iam_user,federation_token", "policy_document", "\"{\\u0022Version\\u0022:\\u00222012-10-17\\u0022,\\u0022Statement\\u0022:[]}\"")]
    [InlineData("""{"arn":"arn:aws:iam::123456789012:policy/read"}""", "iam_user", "policy_arns", """["arn:aws:iam::123456789012:policy/read"]""")]
    [InlineData("""{"arn":"arn:aws:iam::123456789012:role/deploy"}""", "assumed_role", "role_arns", """["arn:aws:iam::123456789012:role/deploy"]""")]
    public async Task Legacy_parameters_become_today_s_with_a_warning(string json, string type, string field, string shown)
    {
        var reply = Assert.IsType<Reply.Empty>(await _engine.WriteAsync("roles/old", json));

        Assert.Equal(LegacyWarning, Assert.Single(reply.Warnings));
        var role = (await _engine.ReadAsync("roles/old")).Data();
        Assert.Equal(type, (string?)role["credential_type"]);
        Assert.Equal(shown, role[field]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"arn":"arn:aws:s3:::bucket"}""", "unable to parse supplied data: it is neither a policy document in JSON nor an ARN")]
    [InlineData("""{"policy":"nonsense"}""", "unable to parse supplied data: it is neither a policy document in JSON nor an ARN")]
    [InlineData("""{"policy":"{}","credential_type":"iam_user"}""", "cannot supply deprecated role or policy parameters with an explicit credential_type")]
    [InlineData("""{"arn":"arn:aws:iam::1:policy/a","policy_arns":["arn:b"]}""", "cannot supply deprecated role or policy parameters with policy_arns")]
    [InlineData("""{"arn":"arn:aws:iam::1:policy/a","policy":"{}"}""", "only one of policy or arn should be provided")]
    public async Task Legacy_parameters_do_not_mix(string json, string error)
    {
        (await _engine.WriteAsync("roles/bad", json)).AssertRefused(400, error);
        Assert.Equal(404, (await _engine.ReadAsync("roles/bad")).Status());
    }

    [Fact]
    public async Task Names_have_letters_digits_dots_dashes_and_at_signs()
    {
        await WriteAsync("a.b-c_d@e", """{"credential_type":"iam_user"}""");
        await WriteAsync("UPPER", """{"credential_type":"iam_user"}""");

        Assert.Equal(["UPPER", "a.b-c_d@e"], (await _engine.ListAsync("roles/")).Keys());
        Assert.Equal(404, (await _engine.ReadAsync("roles/upper")).Status());
        foreach (var name in new[] { "a b", "a/b", "-a" })
        {
            Assert.Equal(404, (await _engine.WriteAsync($"roles/{name}", """{"credential_type":"iam_user"}""")).Status());
        }

        Assert.Equal(405, (await _engine.WriteAsync("roles", "{}")).Status());
        (await _engine.DeleteAsync("roles/UPPER")).AssertDone();
        (await _engine.DeleteAsync("roles/UPPER")).AssertDone();
        Assert.Equal(["a.b-c_d@e"], (await _engine.ListAsync("roles")).Keys());
    }

    private async Task WriteAsync(string name, string json) => (await _engine.WriteAsync($"roles/{name}", json)).AssertDone();

    private async Task RefusedAsync(string name, string json, string problem)
    {
        var escaped = problem.Replace("\"", "\\\"", StringComparison.Ordinal);
        (await _engine.WriteAsync($"roles/{name}", json)).AssertRefused(
            400, $"error(s) validating supplied role data: \"1 error occurred:\\n\\t* {escaped}\\n\\n\"");
    }
}
