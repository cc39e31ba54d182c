using Coffer.Aws.Calls;
using Coffer.Aws.Signing;
using Coffer.Aws.Sts;
using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class SessionTagTests : S3Test
{
    private const string Account = "arn:aws:iam::123456789012:root";

    /// <summary>Who trusts, what the trust policy allows, what the caller's policy says, and whether tags may be passed.</summary>
    [Theory]
    [InlineData("account", "sts:AssumeRole,sts:TagSession", "Allow sts:AssumeRole", false)]
    [InlineData("account", "sts:AssumeRole,sts:TagSession", "Allow sts:AssumeRole,sts:TagSession", true)]
    [InlineData("account", "sts:AssumeRole", "Allow sts:AssumeRole,sts:TagSession", false)]
    [InlineData("user", "sts:AssumeRole,sts:TagSession", "", true)]
    [InlineData("user", "sts:AssumeRole", "Allow sts:*", false)]
    [InlineData("user", "sts:AssumeRole,sts:TagSession", "Deny sts:TagSession", false)]
    public async Task Tags_need_their_permission_from_the_role_and_from_the_caller(string trusted, string trust, string own, bool allowed)
    {
        Role("deploy", trusted == "account" ? Account : "arn:aws:iam::123456789012:user/u", trust);
        var parts = own.Split(' ');
        var key = await UserWith("u", own.Length == 0 ? null : $$"""{"Version":"2012-10-17","Statement":{"Effect":"{{parts[0]}}","Action":{{List(parts[1])}},"Resource":"*"} }""");

        await StsAs(key).AssumeRoleAsync(Call("deploy"), Cancel);
        var tagged = Call("deploy") with { Tags = new Dictionary<string, string> { ["team"] = "blue" } };
        if (allowed)
        {
            await StsAs(key).AssumeRoleAsync(tagged, Cancel);
        }
        else
        {
            var error = await Refused(() => StsAs(key).AssumeRoleAsync(tagged, Cancel).AsTask());
            Assert.Equal((AwsErrorKind.AccessDenied, "AccessDenied"), (error.Kind, error.Code));
            Assert.Contains("sts:TagSession", error.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_policy_may_say_which_tags_are_passed()
    {
        Role("deploy", Account, "sts:AssumeRole,sts:TagSession");
        var key = await UserWith("u", """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"},
              {"Effect":"Allow","Action":"sts:TagSession","Resource":"*","Condition":{
                "StringEquals":{"aws:RequestTag/team":"blue"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}}]}
            """);
        Task Ask(params (string, string)[] tags) =>
            StsAs(key).AssumeRoleAsync(Call("deploy") with { Tags = tags.ToDictionary(tag => tag.Item1, tag => tag.Item2) }, Cancel).AsTask();

        await Ask(("team", "blue"));
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => Ask(("team", "red")));
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => Ask(("team", "blue"), ("more", "x")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sessions_tags_count_as_those_of_its_principal(bool federated)
    {
        const string Own = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}}""";
        Role("deploy", "*", "sts:*", Own);
        async Task<AwsCredentials> Session(string team)
        {
            var tags = new Dictionary<string, string> { ["team"] = team };
            return federated
                ? (await Sts.GetFederationTokenAsync(new FederationCall { Name = "one", Policy = Own, Tags = tags }, Cancel)).Credentials
                : (await Sts.AssumeRoleAsync(Call("deploy") with { Tags = tags }, Cancel)).Credentials;
        }

        var (blue, red) = (await Session("blue"), await Session("red"));
        Assert.Equal("200", (await Ask(blue, "GET", "/")).Outcome);
        Assert.Equal("403 AccessDenied", (await Ask(red, "GET", "/")).Outcome);
    }

    [Theory]
    [InlineData("Allow", "sts:GetFederationToken", false)]
    [InlineData("Allow", "sts:TagSession", false)]
    [InlineData("Allow", "sts:GetFederationToken,sts:TagSession", true)]
    public async Task A_federated_session_needs_both_permissions_for_tags(string effect, string actions, bool allowed)
    {
        var key = await UserWith("u", $$"""{"Version":"2012-10-17","Statement":{"Effect":"{{effect}}","Action":{{List(actions)}},"Resource":"*"} }""");
        var call = new FederationCall { Name = "one", Tags = new Dictionary<string, string> { ["team"] = "blue" } };
        if (allowed)
        {
            await StsAs(key).GetFederationTokenAsync(call, Cancel);
        }
        else
        {
            await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => StsAs(key).GetFederationTokenAsync(call, Cancel).AsTask());
        }
    }

    [Fact]
    public async Task Transitive_tags_come_down_a_chain_of_roles_and_cannot_be_replaced()
    {
        Role("first", "*", "sts:*", AllowAll);
        Role("second", "*", "sts:*", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}}""");
        Role("untagged", "*", "sts:AssumeRole", AllowAll);
        async Task<AwsCredentials> First(params (string, string)[] more) => Read(await AssumeAsync(
            Options.Bootstrap, "first", [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue"), .. more]));

        var transitive = await First(("TransitiveTagKeys.member.1", "Team"));
        await IamAs(Read(await AssumeAsync(transitive, "second"))).GetUserAsync("admin", Cancel);
        var plain = await First();
        var lost = Read(await AssumeAsync(plain, "second"));
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => IamAs(lost).GetUserAsync("admin", Cancel).AsTask());

        Assert.Contains(
            "<Code>InvalidParameterValue</Code>",
            (await Assert.ThrowsAsync<InvalidOperationException>(
                () => AssumeAsync(transitive, "second", ("Tags.member.1.Key", "TEAM"), ("Tags.member.1.Value", "red")))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "sts:TagSession",
            (await Assert.ThrowsAsync<InvalidOperationException>(() => AssumeAsync(transitive, "untagged"))).Message, StringComparison.Ordinal);
        await AssumeAsync(plain, "untagged");
        Assert.Contains(
            "<Code>ValidationError</Code>",
            (await Assert.ThrowsAsync<InvalidOperationException>(
                () => AssumeAsync(Options.Bootstrap, "first", ("TransitiveTagKeys.member.1", "team")))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_identity_needs_a_permission_of_its_own_and_stays_along_the_chain()
    {
        Role("first", "*", "sts:AssumeRole,sts:SetSourceIdentity", AllowAll);
        Role("second", "*", "sts:*", AllowAll);
        Role("bare", "*", "sts:AssumeRole", AllowAll);
        var first = Read(await AssumeAsync(Options.Bootstrap, "first", ("SourceIdentity", "alice")));

        Assert.Contains("<SourceIdentity>alice</SourceIdentity>", await AssumeAsync(first, "second"), StringComparison.Ordinal);
        foreach (var refused in new[]
        {
            () => AssumeAsync(Options.Bootstrap, "bare", ("SourceIdentity", "alice")),
            () => AssumeAsync(first, "bare"),
            () => AssumeAsync(first, "second", ("SourceIdentity", "bob")),
        })
        {
            Assert.Contains("<Code>AccessDenied</Code>", (await Assert.ThrowsAsync<InvalidOperationException>(refused)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_not_offered_of_AssumeRole_is_refused()
    {
        Role("deploy", "*", "sts:*");
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => AssumeAsync(
            Options.Bootstrap, "deploy", ("ProvidedContexts.member.1.ProviderArn", "arn:x"), ("ProvidedContexts.member.1.ContextAssertion", "x")));
        Assert.Contains("<Code>NotImplemented</Code>", error.Message, StringComparison.Ordinal);
    }

    private static AssumeRoleCall Call(string role) => new() { RoleArn = $"arn:aws:iam::123456789012:role/{role}", SessionName = "one" };

    private Task<string> AssumeAsync(AwsCredentials key, string role, params (string, string)[] more) => Raw(
        "sts", "2011-06-15", key,
        [("Action", "AssumeRole"), ("RoleArn", $"arn:aws:iam::123456789012:role/{role}"), ("RoleSessionName", "one"), .. more]);

    private static AwsCredentials Read(string answer)
    {
        string Text(string name) => answer.Split($"<{name}>")[1].Split($"</{name}>")[0];
        return new AwsCredentials(Text("AccessKeyId"), Text("SecretAccessKey")) { SessionToken = Text("SessionToken") };
    }

    private static string List(string names) => $"[{string.Join(',', names.Split(',').Select(name => $"\"{name}\""))}]";

    private void Role(string name, string principal, string actions, string? policy = null)
    {
        var trust = $$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"{{principal}}"},"Action":{{List(actions)}} } }""";
        Sandbox.Call("iam", "CreateRole", ("RoleName", name), ("AssumeRolePolicyDocument", trust));
        if (policy is not null)
        {
            Sandbox.Call("iam", "PutRolePolicy", ("RoleName", name), ("PolicyName", "own"), ("PolicyDocument", policy));
        }
    }
}
