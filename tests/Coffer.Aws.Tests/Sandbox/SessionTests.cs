using System.Text;
using System.Text.RegularExpressions;
using Coffer.Aws.Calls;
using Coffer.Aws.Sts;
using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox.Sts;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class SessionTests : SandboxTest
{
    private const string RoleArn = "arn:aws:iam::123456789012:role/team/deploy";

    private static readonly AssumeRoleCall Assume = new() { RoleArn = RoleArn, SessionName = "one" };

    [Fact]
    public async Task An_assumed_role_has_its_own_identity_and_policies_until_it_ends()
    {
        Role("*", AllowAll);
        var session = await Sts.AssumeRoleAsync(Assume with { Duration = TimeSpan.FromMinutes(15) }, Cancel);

        Assert.StartsWith("ASIA", session.Credentials.AccessKeyId, StringComparison.Ordinal);
        Assert.Equal(Clock.GetUtcNow().AddMinutes(15), session.Expires);
        Assert.Equal("arn:aws:sts::123456789012:assumed-role/deploy/one", session.Arn);
        Assert.Matches("^AROA.{17}:one$", session.UserId);
        Assert.Equal(session.Arn, (await StsAs(session.Credentials).GetCallerIdentityAsync(Cancel)).Arn);
        await IamAs(session.Credentials).GetUserAsync("admin", Cancel);

        await Refused(
            AwsErrorKind.AccessDenied, "InvalidClientTokenId",
            () => StsAs(session.Credentials with { SessionToken = null }).GetCallerIdentityAsync(Cancel).AsTask());
        Clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        await StsAs(session.Credentials).GetCallerIdentityAsync(Cancel);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Refused(AwsErrorKind.AccessDenied, "ExpiredToken", () => StsAs(session.Credentials).GetCallerIdentityAsync(Cancel).AsTask());
    }

    [Theory]
    [InlineData("sts:AssumeRole", false)]
    [InlineData("sts:TagSession", false)]
    [InlineData("sts:*", true)]
    public async Task Session_tags_need_a_permission_of_their_own_in_the_trust_policy(string action, bool allowed)
    {
        Sandbox.Call(
            "iam", "CreateRole", ("RoleName", "deploy"), ("Path", "/team/"),
            ("AssumeRolePolicyDocument", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"{{action}}"}]}"""));
        var tagged = Assume with { Tags = new Dictionary<string, string> { ["team"] = "blue" } };
        var key = await UserWith("plain", """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}""");

        if (allowed)
        {
            await StsAs(key).AssumeRoleAsync(tagged, Cancel);
            return;
        }

        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => StsAs(key).AssumeRoleAsync(tagged, Cancel).AsTask());
        if (action == "sts:AssumeRole")
        {
            await StsAs(key).AssumeRoleAsync(Assume, Cancel);
        }
    }

    [Fact]
    public async Task A_federated_session_with_tags_needs_that_permission_of_the_caller()
    {
        var key = await UserWith("fed", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:GetFederationToken","Resource":"*"}}""");
        var call = new FederationCall { Name = "one" };

        await StsAs(key).GetFederationTokenAsync(call, Cancel);
        await Refused(
            AwsErrorKind.AccessDenied, "AccessDenied",
            () => StsAs(key).GetFederationTokenAsync(call with { Tags = new Dictionary<string, string> { ["team"] = "blue" } }, Cancel).AsTask());
    }

    [Theory]
    [InlineData(899, "ValidationError")]
    [InlineData(900, null)]
    [InlineData(7200, null)]
    [InlineData(7201, "ValidationError")]
    [InlineData(43201, "ValidationError")]
    public async Task A_session_lasts_from_15_minutes_to_the_roles_maximum(int seconds, string? code)
    {
        Role("*", AllowAll, maxSeconds: 7200);
        var call = Assume with { Duration = TimeSpan.FromSeconds(seconds) };
        if (code is null)
        {
            Assert.Equal(Clock.GetUtcNow().AddSeconds(seconds), (await Sts.AssumeRoleAsync(call, Cancel)).Expires);
        }
        else
        {
            await Refused(AwsErrorKind.InvalidInput, code, () => Sts.AssumeRoleAsync(call, Cancel).AsTask());
        }
    }

    [Fact]
    public async Task A_chained_session_lasts_an_hour_at_most()
    {
        Role("*", AllowAll, maxSeconds: 7200);
        var first = await Sts.AssumeRoleAsync(Assume, Cancel);

        await StsAs(first.Credentials).AssumeRoleAsync(Assume with { Duration = TimeSpan.FromHours(1) }, Cancel);
        await Refused(
            AwsErrorKind.InvalidInput, "ValidationError",
            () => StsAs(first.Credentials).AssumeRoleAsync(Assume with { Duration = TimeSpan.FromSeconds(3601) }, Cancel).AsTask());
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:user/u", false, true)]
    [InlineData("arn:aws:iam::123456789012:user/other", true, false)]
    [InlineData("arn:aws:iam::123456789012:root", false, false)]
    [InlineData("arn:aws:iam::123456789012:root", true, true)]
    [InlineData("123456789012", true, true)]
    [InlineData("999999999999", true, false)]
    public async Task Trust_by_name_suffices_and_trust_in_the_account_needs_a_policy(string principal, bool hasPolicy, bool allowed)
    {
        Role(principal, AllowAll);
        var key = await UserWith("u", hasPolicy ? AllowAll : null);
        if (allowed)
        {
            await StsAs(key).AssumeRoleAsync(Assume, Cancel);
        }
        else
        {
            await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => StsAs(key).AssumeRoleAsync(Assume, Cancel).AsTask());
        }
    }

    [Fact]
    public async Task An_external_id_is_asked_for_where_the_trust_policy_wants_one()
    {
        Role("*", AllowAll, condition: """, "Condition":{"StringEquals":{"sts:ExternalId":"right"}}""");

        await Sts.AssumeRoleAsync(Assume with { ExternalId = "right" }, Cancel);
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => Sts.AssumeRoleAsync(Assume with { ExternalId = "wrong" }, Cancel).AsTask());
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => Sts.AssumeRoleAsync(Assume, Cancel).AsTask());
        await Refused(
            AwsErrorKind.AccessDenied, "AccessDenied", () => Sts.AssumeRoleAsync(Assume with { RoleArn = RoleArn + "x" }, Cancel).AsTask());
    }

    [Fact]
    public async Task A_session_policy_narrows_a_role()
    {
        Role("*", AllowAll);
        const string Narrow = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}""";
        var session = await Sts.AssumeRoleAsync(Assume with { Policy = Narrow }, Cancel);

        await IamAs(session.Credentials).GetUserAsync("admin", Cancel);
        var error = await Refused(() => IamAs(session.Credentials).ListAccessKeysAsync("admin", Cancel).AsTask());
        Assert.EndsWith("because no session policy allows the iam:ListAccessKeys action", error.Detail, StringComparison.Ordinal);

        var arns = await Sts.AssumeRoleAsync(Assume with { PolicyArns = ["arn:aws:iam::aws:policy/IAMReadOnlyAccess"] }, Cancel);
        await IamAs(arns.Credentials).ListAccessKeysAsync("admin", Cancel);
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => IamAs(arns.Credentials).DeleteUserAsync("admin", Cancel).AsTask());
    }

    [Fact]
    public async Task Deleting_or_denying_a_role_reaches_its_live_sessions()
    {
        Role("*", AllowAll);
        var session = await Sts.AssumeRoleAsync(Assume, Cancel);
        Clock.Advance(TimeSpan.FromSeconds(5));
        Sandbox.Call("iam", "PutRolePolicy", ("RoleName", "deploy"), ("PolicyName", "revoked"), ("PolicyDocument", $$"""
            {"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*",
              "Condition":{"DateLessThan":{"aws:TokenIssueTime":"{{Clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}}" } } } }
            """));
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => IamAs(session.Credentials).GetUserAsync("admin", Cancel).AsTask());
        var later = await Sts.AssumeRoleAsync(Assume, Cancel);
        await IamAs(later.Credentials).GetUserAsync("admin", Cancel);

        Sandbox.Call("iam", "DeleteRolePolicy", ("RoleName", "deploy"), ("PolicyName", "revoked"));
        Sandbox.Call("iam", "DeleteRolePolicy", ("RoleName", "deploy"), ("PolicyName", "own"));
        Sandbox.Call("iam", "DeleteRole", ("RoleName", "deploy"));

        await Refused(AwsErrorKind.AccessDenied, "InvalidClientTokenId", () => StsAs(later.Credentials).GetCallerIdentityAsync(Cancel).AsTask());
    }

    [Fact]
    public async Task A_federated_user_is_one_of_its_own_and_iam_does_not_know_it()
    {
        var session = await Sts.GetFederationTokenAsync(new FederationCall { Name = "bob", Policy = AllowAll }, Cancel);

        Assert.Equal("arn:aws:sts::123456789012:federated-user/bob", session.Arn);
        Assert.Equal("123456789012:bob", session.UserId);
        Assert.Equal(Clock.GetUtcNow().AddHours(12), session.Expires);
        Assert.Equal(session.Arn, (await StsAs(session.Credentials).GetCallerIdentityAsync(Cancel)).Arn);
        await Refused(AwsErrorKind.AccessDenied, "InvalidClientTokenId", () => IamAs(session.Credentials).GetUserAsync("admin", Cancel).AsTask());
        await Refused(
            AwsErrorKind.AccessDenied, "AccessDenied",
            () => StsAs(session.Credentials).GetFederationTokenAsync(new FederationCall { Name = "bob" }, Cancel).AsTask());
        await Refused(
            AwsErrorKind.InvalidInput, "ValidationError",
            () => Sts.GetFederationTokenAsync(new FederationCall { Name = "b" }, Cancel).AsTask());
        await Refused(
            AwsErrorKind.InvalidInput, "ValidationError",
            () => Sts.GetFederationTokenAsync(new FederationCall { Name = "bob", Duration = TimeSpan.FromHours(37) }, Cancel).AsTask());
        await Refused(
            AwsErrorKind.InvalidInput, "MalformedPolicyDocument",
            () => Sts.GetFederationTokenAsync(new FederationCall { Name = "bob", Policy = "{" }, Cancel).AsTask());
    }

    [Fact]
    public async Task A_session_token_needs_the_second_factor_to_reach_iam()
    {
        var key = await UserWith("u", AllowAll);
        var (serial, seed) = await Device("u");
        var plain = await StsAs(key).GetSessionTokenAsync(new SessionTokenCall(), Cancel);
        Assert.Null(plain.Arn);
        Assert.EndsWith("user/u", (await StsAs(plain.Credentials).GetCallerIdentityAsync(Cancel)).Arn, StringComparison.Ordinal);
        await Refused(AwsErrorKind.AccessDenied, "InvalidClientTokenId", () => IamAs(plain.Credentials).GetUserAsync(null, Cancel).AsTask());

        var code = Totp.Code(seed, Clock.GetUtcNow().ToUnixTimeSeconds() / 30);
        var call = new SessionTokenCall { SerialNumber = serial, TokenCode = code };
        var proven = await StsAs(key).GetSessionTokenAsync(call, Cancel);
        Assert.Equal("u", (await IamAs(proven.Credentials).GetUserAsync(null, Cancel)).UserName);

        Clock.Advance(TimeSpan.FromMinutes(2));
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => StsAs(key).GetSessionTokenAsync(call, Cancel).AsTask());
    }

    // RFC 6238 appendix B, the SHA-1 rows, cut to six digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(20000000000, "353130")]
    public void Codes_match_rfc_6238(long seconds, string code) => Assert.Equal(code, Totp.Code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds / 30));

    private async Task<(string Serial, string Seed)> Device(string user)
    {
        var made = await RawIam(("Action", "CreateVirtualMFADevice"), ("VirtualMFADeviceName", "d"));
        var serial = Regex.Match(made, "<SerialNumber>(.*)</SerialNumber>").Groups[1].Value;
        var seed = Encoding.ASCII.GetString(Convert.FromBase64String(Regex.Match(made, "<Base32StringSeed>(.*)</Base32StringSeed>").Groups[1].Value));
        await RawIam(
            ("Action", "EnableMFADevice"), ("UserName", user), ("SerialNumber", serial), ("AuthenticationCode1", "111111"),
            ("AuthenticationCode2", "222222"));
        return (serial, seed);
    }

    private void Role(string principal, string policy, int maxSeconds = 3600, string condition = "")
    {
        var trust = $$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"{{principal}}"},"Action":"sts:AssumeRole"{{condition}} } }""";
        Sandbox.Call(
            "iam", "CreateRole", ("RoleName", "deploy"), ("Path", "/team/"), ("AssumeRolePolicyDocument", trust), ("MaxSessionDuration", $"{maxSeconds}"));
        Sandbox.Call("iam", "PutRolePolicy", ("RoleName", "deploy"), ("PolicyName", "own"), ("PolicyDocument", policy));
    }
}
