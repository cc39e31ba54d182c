using Coffer.Aws.Calls;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>Credentials of IAM users, as seen by the client, by AWS, and by anyone who holds the key.</summary>
public sealed class IamUserTests : AwsTest
{
    [Fact]
    public async Task The_reply_has_a_key_pair_and_no_token()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");

        var data = (await IssueAsync("r")).Created!.Data();

        Assert.StartsWith("AKIA", (string)data["access_key"]!, StringComparison.Ordinal);
        Assert.Equal(40, ((string)data["secret_key"]!).Length);
        Assert.True(data.AsObject().ContainsKey("security_token") && data["security_token"] is null);
        Assert.False(data.AsObject().ContainsKey("session_token"));
    }

    [Theory]
    [InlineData(Operation.Read, "creds/r", null)]
    [InlineData(Operation.Read, "creds/r?ttl=60s", null)]
    [InlineData(Operation.Update, "creds/r", """{"ttl":"5m"}""")]
    [InlineData(Operation.Read, "sts/r", null)]
    [InlineData(Operation.Update, "sts/r", null)]
    public async Task Both_paths_and_methods_give_credentials_and_pass_over_a_ttl(Operation operation, string path, string? json)
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");

        var lease = await Engine.IssueAsync(operation, path, json);

        Assert.Single(Users(), UserOf(lease));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero, true), (lease.Plan.Ttl, lease.Plan.MaxTtl, lease.Plan.Renewable));
        Assert.Equal("access_keys", lease.Plan.Secret);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(300)]
    public async Task A_role_s_name_may_be_longer_than_aws_takes_for_its_policy(int chars)
    {
        var role = new string('r', chars);
        await RoleAsync(role, $$"""{"credential_type":"iam_user","policy_document":{{System.Text.Json.JsonSerializer.Serialize(ListAnything)}}}""");

        var lease = await IssueAsync(role);

        var name = Assert.Single(User(UserOf(lease))["inline_policies"]!.AsObject()).Key;
        Assert.Equal(Math.Min(chars, 128), name.Length);
        Assert.StartsWith(new string('r', 95), name, StringComparison.Ordinal);
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Theory]
    [InlineData("""{"default_ttl":"5m","max_ttl":"10m"}""", 5, 10)]
    [InlineData("""{"default_ttl":"5m"}""", 5, 60)]
    [InlineData("""{"max_ttl":"45m"}""", 30, 45)]
    [InlineData("""{"max_ttl":"2h"}""", 30, 120)]
    [InlineData("{}", 30, 60)]
    public async Task A_role_s_own_times_go_before_those_of_the_mount_s_configuration(string times, int ttl, int max)
    {
        (await Engine.WriteAsync("config/lease", """{"lease":"30m","lease_max":"1h"}""")).AssertDone();
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        await RoleAsync("r", times);

        var lease = await IssueAsync("r");
        (await Engine.DeleteAsync("roles/r")).AssertDone();

        Assert.Equal((TimeSpan.FromMinutes(ttl), TimeSpan.FromMinutes(max)), (lease.Plan.Ttl, lease.Plan.MaxTtl));
        Assert.Equal(new Renewal(TimeSpan.FromMinutes(ttl), TimeSpan.FromMinutes(max)), await lease.RenewAsync(TimeSpan.Zero));
        var expected = Engine.Clock.GetUtcNow().AddMinutes(max).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(expected, (string?)User(UserOf(lease))["tags"]!["coffer:expires"]);
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"policy_document":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"}""", true)]
    [InlineData("""{"policy_document":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iam:GetUser\",\"Resource\":\"*\"}}"}""", false)]
    [InlineData("""{"iam_groups":"developers"}""", false)]
    [InlineData("""{"policy_arns":"arn:aws:iam::123456789012:policy/read"}""", false)]
    public async Task Credentials_of_a_role_that_grants_nothing_say_so_and_the_role_does(string role, bool empty)
    {
        const string Notice = "this role grants nothing: it has no policy_arns, no iam_groups, and no policy_document that allows anything";
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        await RoleAsync("r", role);

        Assert.Equal(empty ? Notice : null, (string?)(await Engine.ReadAsync("roles/r")).Data()["notice"]);
        Assert.Equal(empty ? Notice : null, (string?)(await IssueAsync("r")).Created!.Data()["notice"]);
    }

    [Fact]
    public async Task Roles_that_are_not_there_are_named()
    {
        (await Engine.ReadAsync("creds/nope")).AssertRefused(400, "Role 'nope' not found");
        (await Engine.WriteAsync("sts/nope")).AssertRefused(400, "Role 'nope' not found");
    }

    [Fact]
    public async Task Aws_sees_everything_that_the_role_says()
    {
        await RoleAsync(
            "all",
            """
            {"credential_type":"iam_user","policy_arns":"arn:aws:iam::123456789012:policy/read,arn:aws:iam::aws:policy/ReadOnlyAccess",
             "policy_document":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iam:GetUser\",\"Resource\":\"*\"}]}",
             "iam_groups":"developers,auditors","iam_tags":{"env":"test"},"user_path":"/conf/",
             "permissions_boundary_arn":"arn:aws:iam::123456789012:policy/bound"}
            """);
        (await Engine.WriteAsync("config/lease", """{"lease":"10m","lease_max":"20m"}""")).AssertDone();

        var lease = await IssueAsync("all");

        var user = User(Assert.Single(Users()));
        Assert.Matches("^vault-token-all-1767323045-[0-9A-Za-z]{20}$", (string)user["name"]!);
        Assert.Equal($"arn:aws:iam::123456789012:user/conf/{user["name"]}", (string)user["arn"]!);
        Assert.Equal(["arn:aws:iam::123456789012:policy/read", "arn:aws:iam::aws:policy/ReadOnlyAccess"], Texts(user["attached_policies"]));
        Assert.Equal(["auditors", "developers"], Texts(user["groups"]).Order());
        Assert.Equal("arn:aws:iam::123456789012:policy/bound", (string?)user["permissions_boundary"]);
        Assert.Equal((string?)lease.Created!.Data()["access_key"], (string?)Assert.Single(user["keys"]!.AsArray())!["id"]);
        Assert.Equal(
            $$"""{"coffer:expires":"2026-01-02T03:24:05Z","coffer:lease":"{{lease.Id}}","coffer:mount":"aws/","env":"test"}""",
            user["tags"]!.ToJsonString());
        Assert.Equal(
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"},{"Sid":"CofferHardEnd","Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-02T03:24:05Z"}}}]}""",
            (string?)user["inline_policies"]!["all"]);
        Assert.Single(user["inline_policies"]!.AsObject());
        Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20)), (lease.Plan.Ttl, lease.Plan.MaxTtl));

        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task The_hard_end_is_set_before_there_is_a_key_and_the_key_goes_first()
    {
        await RoleAsync("r", $$"""{"credential_type":"iam_user","policy_arns":"arn:aws:iam::123456789012:policy/read","iam_groups":"developers","policy_document":{{Quoted(ListAnything)}}}""");
        var before = Sandbox.Journal.Count;
        var lease = await IssueAsync("r");
        Assert.Equal(
            ["CreateUser", "PutUserPolicy", "AttachUserPolicy", "AddUserToGroup", "CreateAccessKey"],
            Sandbox.Journal.Read(before).Select(call => call.Action));

        before = Sandbox.Journal.Count;
        await lease.RevokeAsync();
        Assert.Equal(
            [
                "GetUser", "ListAccessKeys", "DeleteAccessKey", "ListGroupsForUser", "RemoveUserFromGroup", "ListAttachedUserPolicies",
                "DetachUserPolicy", "ListUserPolicies", "DeleteUserPolicy", "DeleteUser",
            ],
            Sandbox.Journal.Read(before).Select(call => call.Action));
        Assert.Empty(Users());
    }

    [Fact]
    public async Task The_key_does_what_the_policy_allows_and_nothing_else_until_its_hard_end()
    {
        (await Engine.WriteAsync("config/lease", """{"lease":"10m","lease_max":"20m"}""")).AssertDone();
        await RoleAsync("r", $$"""{"credential_type":"iam_user","policy_document":{{Quoted(ListAnything)}}}""");

        // Under no lease of the kernel's, which would revoke it when its time is over.
        var lease = await PlanAsync("r");
        await lease.CreateAsync();
        var holder = IamAs(lease.Created!);

        await ListAsync();
        Assert.Equal(AwsErrorKind.AccessDenied, (await Refused(holder.DeleteUserAsync("admin", Cancel))).Kind);

        Engine.Clock.Advance(TimeSpan.FromMinutes(20));
        await ListAsync();
        Engine.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("AccessDenied", (await Assert.ThrowsAsync<AwsException>(ListAsync)).Code);

        await lease.RevokeAsync();
        Assert.Equal("InvalidClientTokenId", (await Assert.ThrowsAsync<AwsException>(ListAsync)).Code);

        async Task ListAsync()
        {
            await foreach (var user in holder.ListUsersAsync("/", Cancel))
            {
                Assert.NotEmpty(user.UserName);
            }
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"policy_arns":"arn:aws:iam::123456789012:policy/read"}""")]
    [InlineData("""{"iam_groups":"developers"}""")]
    public async Task Rights_from_elsewhere_end_on_time_too(string more)
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        await RoleAsync("r", more);

        // Under no lease of the kernel's, which would revoke it when its time is over.
        var lease = await PlanAsync("r");
        await lease.CreateAsync();

        var (name, document) = Assert.Single(User(UserOf(lease))["inline_policies"]!.AsObject());
        Assert.Equal("coffer-hard-end", name);
        Assert.Contains("\"2026-02-03T03:04:05Z\"", (string?)document, StringComparison.Ordinal);
        Engine.Clock.Advance(TimeSpan.FromHours(768) + TimeSpan.FromSeconds(1));
        Assert.Equal("AccessDenied", (await Refused(IamAs(lease.Created!).DeleteUserAsync("x", Cancel))).Code);
    }

    [Theory]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}""", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},DENY]}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}],"Version":"2012-10-17"}""", """{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},DENY],"Version":"2012-10-17"}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:\u0047et*","Resource":"*"}]}""", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:\u0047et*","Resource":"*"},DENY]}""")]
    public async Task The_hard_end_joins_a_document_without_changing_the_rest(string document, string expected)
    {
        await RoleAsync("r", $$"""{"credential_type":"iam_user","policy_document":{{Quoted(document)}}}""");

        var lease = await IssueAsync("r");

        var policy = (string?)User(UserOf(lease))["inline_policies"]!["r"];
        Assert.Equal(
            expected.Replace(
                "DENY",
                """{"Sid":"CofferHardEnd","Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-02-03T03:04:05Z"}}}""",
                StringComparison.Ordinal),
            policy);
    }

    [Fact]
    public async Task A_document_that_has_such_a_statement_already_gets_the_hard_end_beside_it()
    {
        var document = """{"Version":"2012-10-17","Statement":[{"Sid":"CofferHardEnd","Effect":"Allow","Action":"iam:*","Resource":"*"}]}""";
        await RoleAsync("coffer-hard-end", $$"""{"credential_type":"iam_user","policy_document":{{Quoted(document)}}}""");

        var lease = await IssueAsync("coffer-hard-end");

        var policies = User(UserOf(lease))["inline_policies"]!.AsObject();
        Assert.Equal(["coffer-hard-end", "coffer-hard-end-2"], policies.Select(policy => policy.Key));
        Assert.Equal(document, (string?)policies["coffer-hard-end"]);
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task A_document_that_just_leaves_room_is_taken_by_aws_and_one_more_character_is_refused()
    {
        await RoleAsync("r", $$"""{"credential_type":"iam_user","policy_document":{{Quoted(Document(1819))}}}""");
        var lease = await IssueAsync("r");
        Assert.Equal(2048, ((string)User(UserOf(lease))["inline_policies"]!["r"]!).Length);

        var reply = await Engine.WriteAsync("roles/r", $$"""{"policy_document":{{Quoted(Document(1820))}}}""");
        Assert.StartsWith("policy_document is 1 characters too long", Assert.Single(reply.Warnings), StringComparison.Ordinal);
        Assert.Equal(400, (await Engine.ReadAsync("creds/r")).Status());

        static string Document(int length) =>
            $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::{{new string('x', length - 14)}}"}]}""";
    }

    [Fact]
    public async Task Renewals_follow_the_configuration_of_the_day()
    {
        (await Engine.WriteAsync("config/lease", """{"lease":"30m","lease_max":"1h"}""")).AssertDone();
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");

        Assert.Equal(new Renewal(TimeSpan.FromMinutes(30), TimeSpan.FromHours(1)), await lease.RenewAsync(TimeSpan.Zero));
        Assert.Equal(new Renewal(TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)), await lease.RenewAsync(TimeSpan.FromMinutes(5)));

        (await Engine.WriteAsync("config/lease", """{"lease":"5m","lease_max":"2h"}""")).AssertDone();
        Assert.Equal(new Renewal(TimeSpan.FromMinutes(5), TimeSpan.FromHours(2)), await lease.RenewAsync(TimeSpan.Zero));
        (await Engine.DeleteAsync("roles/r")).AssertDone();
        Assert.Equal(new Renewal(TimeSpan.FromMinutes(10), TimeSpan.FromHours(2)), await lease.RenewAsync(TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public async Task A_renewal_within_the_hard_end_does_not_reach_aws()
    {
        (await Engine.WriteAsync("config/lease", """{"lease":"30m","lease_max":"1h"}""")).AssertDone();
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");
        var calls = Sandbox.Journal.Count;

        await lease.RenewAsync(TimeSpan.Zero);
        await lease.RenewAsync(TimeSpan.FromHours(5));
        (await Engine.WriteAsync("config/lease", """{"lease":"5m","lease_max":"3h"}""")).AssertDone();
        await lease.RenewAsync(TimeSpan.FromHours(1));

        Assert.Equal(calls, Sandbox.Journal.Count);
    }

    [Fact]
    public async Task A_renewal_beyond_the_hard_end_moves_it_first()
    {
        (await Engine.WriteAsync("config/lease", """{"lease":"30m","lease_max":"1h"}""")).AssertDone();
        await RoleAsync("r", $$"""{"credential_type":"iam_user","policy_document":{{Quoted(ListAnything)}}}""");
        var lease = await IssueAsync("r");
        (await Engine.WriteAsync("config/lease", """{"lease":"5m","lease_max":"3h"}""")).AssertDone();

        Sandbox.Faults.Add(new() { Action = "PutUserPolicy" });
        Assert.Equal(FailureClass.Transient, (await Failed(lease.RenewAsync(TimeSpan.FromHours(2)))).Failure);
        Assert.Equal(new Renewal(TimeSpan.FromHours(2), TimeSpan.FromHours(3)), await lease.RenewAsync(TimeSpan.FromHours(2)));

        var user = User(UserOf(lease));
        Assert.Contains("\"2026-01-02T06:04:05Z\"", (string?)user["inline_policies"]!["r"], StringComparison.Ordinal);
        Assert.Contains("iam:ListUsers", (string?)user["inline_policies"]!["r"], StringComparison.Ordinal);
        Assert.Equal("2026-01-02T06:04:05Z", (string?)user["tags"]!["coffer:expires"]);
        Assert.Equal(lease.Id, (string?)user["tags"]!["coffer:lease"]);

        await lease.RevokeAsync();
        var gone = await Failed(lease.RenewAsync(TimeSpan.FromHours(2)));
        Assert.Equal(FailureClass.Invalid, gone.Failure);
        Assert.Contains("NoSuchEntity", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_mount_s_maximum_ends_the_key_when_it_is_the_shorter_one()
    {
        await Engine.TuneAsync("""{"default_lease_ttl":"40m","max_lease_ttl":"40m"}""");
        (await Engine.WriteAsync("config/lease", """{"lease":"2h","lease_max":"4h"}""")).AssertDone();
        await RoleAsync("r", """{"credential_type":"iam_user"}""");

        var lease = await IssueAsync("r");

        Assert.Equal("2026-01-02T03:44:05Z", (string?)User(UserOf(lease))["tags"]!["coffer:expires"]);
    }

    [Fact]
    public async Task A_lease_id_that_does_not_fit_a_tag_is_hashed()
    {
        await Engine.DisposeAsync();
        Engine = new EngineHarness(AwsEngine.Type, path: $"caf\u00E9/{new string('m', 300)}/");
        await ConfigureAsync();
        await RoleAsync("r", """{"credential_type":"iam_user"}""");

        var lease = await IssueAsync("r");

        var tags = User(UserOf(lease))["tags"]!;
        Assert.Matches("^sha256:[0-9a-f]{64}$", (string)tags["coffer:lease"]!);
        Assert.StartsWith("caf_/mmm", (string)tags["coffer:mount"]!, StringComparison.Ordinal);
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task Names_follow_the_template_of_the_day()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        await ConfigureAsync(template: """ci-{{ .PolicyName | uppercase }}-{{ random 6 }}""");
        Assert.Matches("^ci-R-[0-9A-Za-z]{6}$", UserOf(await IssueAsync("r")));

        await ConfigureAsync(template: """{{ printf "%s-%s" .DisplayName (random 30) }}""");
        Engine.Token = await Engine.NewTokenAsync($$"""{"policies":["root"],"display_name":"{{new string('d', 60)}}"}""");
        (await Engine.ReadAsync("creds/r")).AssertRefused(
            400, "failed to generate username: the username generated by the template exceeds the IAM username length limits of 64 chars");
    }

    [Fact]
    public async Task Legacy_roles_look_at_the_path()
    {
        await Engine.WriteAsync("roles/both", $$"""{"policy":{{Quoted(ListAnything)}}}""");
        await Engine.WriteAsync("roles/pol", """{"arn":"arn:aws:iam::123456789012:policy/read"}""");
        await Engine.WriteAsync("roles/role", """{"arn":"arn:aws:iam::123456789012:role/deploy"}""");

        Assert.NotNull((await PlanAsync("both")).Plan.Data()["user"]);
        Assert.NotNull((await Engine.PlanAsync(Operation.Read, "sts/both")).Plan.Data()["session"]);
        Assert.NotNull((await PlanAsync("pol")).Plan.Data()["user"]);
        Assert.NotNull((await Engine.PlanAsync(Operation.Read, "sts/role")).Plan.Data()["session"]);
        (await Engine.ReadAsync("sts/pol"))
            .AssertRefused(400, "attempted to retrieve iam_user credentials through the sts path; this is not allowed for legacy roles");
        (await Engine.ReadAsync("creds/role"))
            .AssertRefused(400, "attempted to retrieve assumed_role credentials through the creds path; this is not allowed for legacy roles");

        await RoleAsync("pol", """{"credential_type":"iam_user"}""");
        Assert.NotNull((await Engine.PlanAsync(Operation.Read, "sts/pol")).Plan.Data()["user"]);
    }

    [Fact]
    public async Task Connections_follow_the_configuration()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        await IssueAsync("r");
        await ConfigureAsync(new("AKIAIOSFODNN7NOBODYS", "wrong"));

        var plan = await PlanAsync("r");
        var failed = await Failed(plan.CreateAsync());

        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Assert.Contains("check config/root", failed.Message, StringComparison.Ordinal);
        await ConfigureAsync();
        await plan.CreateAsync();
        Assert.Equal(2, Users().Length);
    }

    private static string Quoted(string json) => System.Text.Json.JsonSerializer.Serialize(json);
}
