using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>Credentials of STS: assumed roles and federation tokens.</summary>
public sealed class SessionTests : AwsTest
{
    private const string Deploy = "arn:aws:iam::123456789012:role/deploy";
    private const string Audit = "arn:aws:iam::123456789012:role/audit";

    [Fact]
    public async Task An_assumed_role_has_a_token_an_arn_and_an_end_that_aws_sets()
    {
        await MakeRoleAsync("deploy");
        await RoleAsync("dep", $$"""{"credential_type":"assumed_role","role_arns":"{{Deploy}}"}""");

        var lease = await Engine.IssueAsync(Operation.Read, "sts/dep?ttl=15m&role_session_name=a%20b/c");

        var data = lease.Created!.Data();
        Assert.StartsWith("ASIA", (string)data["access_key"]!, StringComparison.Ordinal);
        Assert.NotEmpty((string)data["security_token"]!);
        Assert.Equal((string?)data["security_token"], (string?)data["session_token"]);
        Assert.Equal("arn:aws:sts::123456789012:assumed-role/deploy/a_b_c", (string?)data["arn"]);
        Assert.Equal(900, (int)data["ttl"]!);
        Assert.False(lease.Plan.Renewable);
        Assert.Equal(Engine.Clock.GetUtcNow() + TimeSpan.FromMinutes(15), lease.Created!.ExpiresAt);
        Assert.Equal(TimeSpan.FromMinutes(15), lease.Plan.Ttl);
        Assert.Empty(Users());

        Assert.Equal("lease is not renewable", (await Failed(lease.RenewAsync(TimeSpan.Zero))).Message);
        await lease.RevokeAsync();
    }

    [Fact]
    public async Task Without_a_session_name_the_template_makes_one()
    {
        await MakeRoleAsync("deploy");
        await RoleAsync("dep", $$"""{"credential_type":"assumed_role","role_arns":"{{Deploy}}"}""");

        var lease = await Engine.IssueAsync(Operation.Update, "creds/dep");

        Assert.Matches("assumed-role/deploy/vault-token-dep-1767323045-[0-9A-Za-z]{20}$", (string)lease.Created!.Data()["arn"]!);
        Assert.Equal(3600, (int)lease.Created!.Data()["ttl"]!);
    }

    [Fact]
    public async Task One_of_several_roles_has_to_be_named()
    {
        await MakeRoleAsync("audit");
        await RoleAsync("many", $$"""{"credential_type":"assumed_role","role_arns":["{{Deploy}}","{{Audit}}"]}""");
        await RoleAsync("zero", """{"credential_type":"assumed_role"}""");

        (await Engine.ReadAsync("sts/many")).AssertRefused(400, "did not supply a role_arn parameter and unable to determine one");
        (await Engine.ReadAsync("sts/zero")).AssertRefused(400, "did not supply a role_arn parameter and unable to determine one");
        (await Engine.WriteAsync("sts/zero", $$"""{"role_arn":"{{Deploy}}"}"""))
            .AssertRefused(400, $"role_arn \"{Deploy}\" not in allowed role arns for Vault role \"zero\"");
        var lease = await Engine.IssueAsync(Operation.Update, "sts/many", $$"""{"role_arn":"{{Audit}}","role_session_name":"s1"}""");
        Assert.Equal("arn:aws:sts::123456789012:assumed-role/audit/s1", (string?)lease.Created!.Data()["arn"]);
    }

    [Theory]
    [InlineData("""{"default_sts_ttl":"20m","max_sts_ttl":"30m"}""", "", 1200)]
    [InlineData("""{"default_sts_ttl":"20m","max_sts_ttl":"30m"}""", "?ttl=1500", 1500)]
    [InlineData("""{"default_sts_ttl":"20m","max_sts_ttl":"30m"}""", "?ttl=4h", 1800)]
    [InlineData("""{"max_sts_ttl":"50m"}""", "", 3000)]
    [InlineData("{}", "", 3600)]
    [InlineData("{}", "?ttl=12h", 43200)]
    [InlineData("{}", "?ttl=1000h", 2764800)]
    public async Task The_ttl_is_the_request_s_then_the_role_s_and_is_capped(string role, string query, int seconds)
    {
        await RoleAsync("t", $$"""{"credential_type":"assumed_role","role_arns":"{{Deploy}}"}""");
        await RoleAsync("t", role);

        Assert.Equal(TimeSpan.FromSeconds(seconds), (await Engine.PlanAsync(Operation.Read, $"sts/t{query}")).Plan.Ttl);
    }

    [Fact]
    public async Task Aws_is_asked_for_no_more_than_the_mount_allows_whatever_the_role_says()
    {
        await Engine.TuneAsync("""{"default_lease_ttl":"25m","max_lease_ttl":"25m"}""");
        await MakeRoleAsync("deploy");
        await RoleAsync("t", $$"""{"credential_type":"assumed_role","role_arns":"{{Deploy}}","max_sts_ttl":"2h"}""");

        var lease = await Engine.IssueAsync(Operation.Read, "sts/t?ttl=90m");

        Assert.Equal(TimeSpan.FromMinutes(90), lease.Plan.Ttl);
        Assert.Equal(Engine.Clock.GetUtcNow() + TimeSpan.FromMinutes(25), lease.Created!.ExpiresAt);
    }

    [Theory]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01", true)]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01", "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01", false)]
    [InlineData("x..y", "x..y", false)]
    [InlineData("\U0001F40E-ö", "_-_", false)]
    public async Task A_session_name_is_made_to_fit(string given, string expected, bool warns)
    {
        await RoleAsync("t", $$"""{"credential_type":"assumed_role","role_arns":"{{Deploy}}"}""");

        var lease = await Engine.PlanAsync(Operation.Update, "sts/t", $$"""{"role_session_name":"{{given}}"}""");

        Assert.Equal(expected, (string?)lease.Plan.Data()["session"]!["session_name"]);
        Assert.Equal(warns ? ["the role session name was truncated to 64 characters to fit within IAM session name length limits"] : [], lease.Reply.Warnings);
    }

    [Fact]
    public async Task A_session_name_of_one_character_is_refused_since_aws_takes_two()
    {
        await RoleAsync("t", $$"""{"credential_type":"assumed_role","role_arns":"{{Deploy}}"}""");

        (await Engine.WriteAsync("sts/t", """{"role_session_name":"é"}""")).AssertRefused(400, "role_session_name has 1 character: AWS takes 2 to 64");
    }

    [Fact]
    public async Task Sessions_shorter_than_aws_gives_are_refused()
    {
        await RoleAsync("t", $$"""{"credential_type":"assumed_role","role_arns":"{{Deploy}}"}""");
        (await Engine.ReadAsync("sts/t?ttl=60"))
            .AssertRefused(400, "Error assuming role: a session of 1m0s is too short: AWS gives 15m or more");
        Assert.Equal(400, (await Engine.ReadAsync("sts/t?ttl=abc")).Status());

        await RoleAsync("t", """{"default_sts_ttl":"2m"}""");
        Assert.Equal(400, (await Engine.ReadAsync("sts/t")).Status());
    }

    [Fact]
    public async Task A_federation_token_may_do_what_its_policies_allow()
    {
        await RoleAsync("f", $$"""{"credential_type":"federation_token","policy_document":{{Quoted(ListAnything)}}}""");

        var lease = await Engine.IssueAsync(Operation.Read, "sts/f?ttl=20m");

        var data = lease.Created!.Data();
        Assert.Null(data["arn"]);
        Assert.NotEmpty((string)data["security_token"]!);
        Assert.Equal(1200, (int)data["ttl"]!);
        await lease.RevokeAsync();
    }

    [Fact]
    public async Task A_federation_token_needs_a_policy_and_those_of_groups_count()
    {
        const string NoPolicy = "must specify at least one of policy_arns or policy_document with federation_token credential_type";
        await RoleAsync("empty", """{"credential_type":"federation_token"}""");
        await RoleAsync("arns", """{"credential_type":"federation_token","policy_arns":"arn:aws:iam::123456789012:policy/read"}""");
        await RoleAsync("grp", $$"""{"credential_type":"federation_token","iam_groups":"developers","policy_document":{{Quoted(ListAnything)}}}""");
        await RoleAsync("poor", """{"credential_type":"federation_token","iam_groups":"auditors"}""");
        await RoleAsync("nogrp", """{"credential_type":"federation_token","iam_groups":"nobody"}""");
        await MakeAsync("PutGroupPolicy", ("GroupName", "developers"), ("PolicyName", "inline"), ("PolicyDocument", ListAnything));

        (await Engine.ReadAsync("sts/empty")).AssertRefused(400, NoPolicy);
        await Engine.IssueAsync(Operation.Read, "sts/arns");
        var before = Sandbox.Journal.Count;
        await Engine.IssueAsync(Operation.Read, "sts/grp");
        var call = Sandbox.Journal.Read(before).Single(call => call.Action == "GetFederationToken");
        var allow = """{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}""";
        Assert.Equal($$"""{"Version":"2012-10-17","Statement":[{{allow}},{{allow}}]}""", call.Parameters["Policy"]);
        Assert.Contains("arn:aws:iam::123456789012:policy/read", call.Parameters.Values);
        Assert.Matches("^vault-1767323045-[0-9A-Za-z]{15}$", call.Parameters["Name"]);

        Assert.Equal(NoPolicy, (await Failed((await Engine.PlanAsync(Operation.Read, "sts/poor")).CreateAsync())).Message);
        var missing = await Failed((await Engine.PlanAsync(Operation.Read, "sts/nogrp")).CreateAsync());
        Assert.Equal(FailureClass.Invalid, missing.Failure);
        Assert.Contains("NoSuchEntity", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_sts_refuses_is_told_in_its_words()
    {
        await RoleAsync("dep", $$"""{"credential_type":"assumed_role","role_arns":"{{Deploy}}"}""");

        var failed = await Failed((await Engine.PlanAsync(Operation.Read, "sts/dep")).CreateAsync());

        Assert.StartsWith("Error assuming role: AccessDenied: ", failed.Message, StringComparison.Ordinal);
        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Sandbox.Faults.ThrottleNext = 1;
        Assert.Equal(FailureClass.Throttled, (await Failed((await Engine.PlanAsync(Operation.Read, "sts/dep")).CreateAsync())).Failure);
    }

    [Fact]
    public async Task Session_tags_and_external_id_reach_sts()
    {
        await MakeRoleAsync("deploy");
        await RoleAsync(
            "dep", $$$"""{"credential_type":"assumed_role","role_arns":"{{{Deploy}}}","external_id":"partner","session_tags":{"team":"blue"}}""");
        var before = Sandbox.Journal.Count;

        await Engine.IssueAsync(Operation.Read, "sts/dep");

        var call = Assert.Single(Sandbox.Journal.Read(before));
        Assert.Equal("partner", call.Parameters["ExternalId"]);
        Assert.Equal(("team", "blue"), (call.Parameters["Tags.member.1.Key"], call.Parameters["Tags.member.1.Value"]));
    }

    private async Task MakeRoleAsync(string name) => await MakeAsync(
        "CreateRole", ("RoleName", name),
        ("AssumeRolePolicyDocument", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","sts:TagSession"]}]}"""));

    private static string Quoted(string json) => System.Text.Json.JsonSerializer.Serialize(json);
}
