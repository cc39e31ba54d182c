using System.Text.Json.Nodes;
using Coffer.Sdk.Engines;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>What AWS would refuse at a role's first use is refused when the role is written.</summary>
public sealed class RoleRulesTests : IAsyncDisposable
{
    private const string TwoDots = "1 error occurred:\n\t* relative paths not supported: the name of a role cannot have two dots in a row\n\n";

    private readonly EngineHarness _engine = new(AwsEngine.Type);

    /// <summary>Every field of a role that holds ARNs, with a text that is none of its kind.</summary>
    public static TheoryData<string, string, string> BadArns()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var (field, good, wrong) in new[] { ("policy_arns", "policy", "role"), ("role_arns", "role", "policy"), ("permissions_boundary_arn", "policy", "role") })
        {
            var ofType = $"arn: not the ARN of a {good}";
            rows.Add(field, "nonsense-canary", "arn: invalid prefix");
            rows.Add(field, "arn:aws:iam", "arn: not enough sections");
            rows.Add(field, $"arn:aws:iam::1234:{good}/canary-name", "arn: the account must be 12 digits");
            rows.Add(field, $"arn:aws:iam::12345678901a:{good}/canary", "arn: the account must be 12 digits");
            rows.Add(field, $"arn:aws:iam:eu-west-1:123456789012:{good}/canary", "arn: not of iam");
            rows.Add(field, $"arn:gcp:iam::123456789012:{good}/canary", "arn: not a partition of AWS");
            rows.Add(field, $"arn:aws:iam::123456789012:{good}/", ofType);
            rows.Add(field, $"arn:aws:iam::123456789012:{good}/a canary", "arn: must not hold white space");
            rows.Add(field, $"arn:aws:iam::123456789012:{good}/{new string('x', 2048)}", "arn: must have 20 to 2048 characters");
            if (field != "permissions_boundary_arn")
            {
                // The boundary has Vault's own words for these.
                rows.Add(field, "arn:aws:s3:::bucket-canary", "arn: not of iam");
                rows.Add(field, $"arn:aws:iam::123456789012:{wrong}/canary", ofType);
            }
        }

        rows.Add("role_arns", "arn:aws:iam::aws:role/canary", "arn: the account must be 12 digits");
        return rows;
    }

    public static TheoryData<string, string> BadTags()
    {
        var rows = new TheoryData<string, string>();
        foreach (var field in new[] { "iam_tags", "session_tags" })
        {
            rows.Add(field, """{"aws:canary":"x"}""");
            rows.Add(field, """{"AWS:cloudformation:canary":"x"}""");
            rows.Add(field, """{"":"canary"}""");
            rows.Add(field, """{"canary#":"x"}""");
            rows.Add(field, """{"k":"canary\n"}""");
            rows.Add(field, """{"canary":"a","CANARY":"b"}""");
            rows.Add(field, $$"""{"{{new string('k', 129)}}":"canary"}""");
            rows.Add(field, $$"""{"canary":"{{new string('v', 257)}}"}""");
            rows.Add(field, $"{{{string.Join(',', Enumerable.Range(0, 51).Select(i => $"\"canary{i}\":\"x\""))}}}");
        }

        return rows;
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [MemberData(nameof(BadArns))]
    public async Task An_arn_that_is_none_is_refused_by_field_and_number_and_not_repeated(string field, string arn, string reason)
    {
        var role = RoleWith(field);
        role[field] = field == "permissions_boundary_arn" ? arn : new JsonArray(Good(field), arn);

        var error = Assert.Single((await _engine.WriteAsync("roles/r", role.ToJsonString())).Errors());

        Assert.Contains(field == "permissions_boundary_arn" ? $"invalid {field} parameter: {reason}" : $"{field}: number 2: {reason}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
        Assert.Equal(404, (await _engine.ReadAsync("roles/r")).Status());
    }

    [Theory]
    [InlineData("policy_arns", "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM")]
    [InlineData("policy_arns", "arn:aws-cn:iam::123456789012:policy/a")]
    [InlineData("policy_arns", "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess")]
    [InlineData("role_arns", "arn:aws:iam::000000000000:role/path/to/r")]
    [InlineData("permissions_boundary_arn", "arn:aws:iam::aws:policy/PowerUserAccess")]
    public async Task Arns_of_every_partition_and_of_what_aws_manages_are_taken(string field, string arn)
    {
        var role = RoleWith(field);
        role[field] = arn;

        (await _engine.WriteAsync("roles/r", role.ToJsonString())).AssertDone();
    }

    [Theory]
    [MemberData(nameof(BadTags))]
    public async Task Tags_that_aws_reserves_or_refuses_are_refused_and_not_repeated(string field, string tags)
    {
        var role = RoleWith(field);
        role[field] = JsonNode.Parse(tags);

        var error = Assert.Single((await _engine.WriteAsync("roles/r", role.ToJsonString())).Errors());

        Assert.Contains($"* {field} ", error.Replace("\\t", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("iam_tags", """{"team":"blue","Größe 1":"a_b.c:d/e=f+g-h@i","empty":""}""")]
    [InlineData("session_tags", """{"awsome":"x","coffer:x":"y"}""")]
    public async Task Tags_that_aws_takes_are_taken(string field, string tags)
    {
        var role = RoleWith(field);
        role[field] = JsonNode.Parse(tags);

        (await _engine.WriteAsync("roles/r", role.ToJsonString())).AssertDone();
    }

    [Theory]
    [InlineData("x")]
    [InlineData("a b")]
    [InlineData("a\\\\b")]
    public async Task An_external_id_that_aws_refuses_is_refused(string id)
    {
        var error = Assert.Single((await _engine.WriteAsync("roles/r", $$"""{"credential_type":"assumed_role","external_id":"{{id}}"}""")).Errors());

        Assert.Contains("external_id must have 2 to 1224 characters: letters, digits and _+=,.@:/-", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Operation.Update, "roles/x..y")]
    [InlineData(Operation.Read, "roles/x..y")]
    [InlineData(Operation.Read, "roles/a...b")]
    [InlineData(Operation.Read, "creds/x..y")]
    [InlineData(Operation.Update, "creds/x..y")]
    [InlineData(Operation.Read, "sts/x..y")]
    [InlineData(Operation.Update, "sts/x..y")]
    public async Task A_name_with_two_dots_in_a_row_is_refused(Operation operation, string path) =>
        (await _engine.AskAsync(operation, path, operation == Operation.Update ? """{"credential_type":"iam_user"}""" : null)).AssertRefused(400, TwoDots);

    [Fact]
    public async Task A_role_with_two_dots_from_an_earlier_version_can_be_deleted() => (await _engine.DeleteAsync("roles/x..y")).AssertDone();

    private static string Good(string field) => $"arn:aws:iam::123456789012:{(field == "role_arns" ? "role" : "policy")}/good";

    private static JsonObject RoleWith(string field) => new()
    {
        ["credential_type"] = field is "role_arns" or "session_tags" ? "assumed_role" : "iam_user",
    };
}
