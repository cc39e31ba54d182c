using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Policies;

namespace Coffer.Aws.Tests.Sandbox.Policies;

public sealed class EvaluatorTests
{
    private const string Everything = """{"Effect":"Allow","Action":"*","Resource":"*"}""";

    [Theory]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/k", "\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/*\"", true)]
    [InlineData("s3:getobject", "arn:aws:s3:::b/k", "\"Action\":\"S3:Get*\",\"Resource\":\"*\"", true)]
    [InlineData("s3:GetObject", "arn:aws:s3:::B/k", "\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/*\"", false)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/x/y/z", "\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/x*z\"", true)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/k1", "\"Action\":\"s3:Get?bject\",\"Resource\":\"arn:aws:s3:::b/k?\"", true)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/k12", "\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/k?\"", false)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b", "\"NotAction\":\"iam:*\",\"Resource\":\"*\"", true)]
    [InlineData("iam:GetUser", "*", "\"NotAction\":[\"iam:*\",\"sts:*\"],\"Resource\":\"*\"", false)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b", "\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::secret*\"", true)]
    [InlineData("s3:GetObject", "arn:aws:s3:::secret/x", "\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::secret*\"", false)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/bob/x", "\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::b/${aws:username}/*\"", true)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/eve/x", "\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::b/${aws:username}/*\"", false)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/x", "\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::b/${aws:nothing}*\"", false)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/anon", "\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::b/${aws:nothing, 'anon'}\"", true)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/x", "\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::b/${*}\"", false)]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/*", "\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::b/${*}\"", true)]
    public void Actions_and_resources_match_as_documented(string action, string resource, string statement, bool allowed) =>
        Assert.Equal(allowed, Allows($$"""{"Effect":"Allow",{{statement}}}""", action, resource));

    [Fact]
    public void Every_operator_that_the_parser_accepts_has_a_meaning() =>
        Assert.Equal(ConditionOperator.Names.Order(StringComparer.Ordinal), PolicyConditions.Names.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("StringEquals", "aws:username", "\"bob\"", true)]
    [InlineData("StringEquals", "aws:username", "[\"eve\",\"bob\"]", true)]
    [InlineData("StringEquals", "aws:username", "\"b*\"", false)]
    [InlineData("StringEquals", "AWS:UserName", "\"bob\"", true)]
    [InlineData("StringNotEquals", "aws:username", "[\"eve\",\"bob\"]", false)]
    [InlineData("StringNotEquals", "aws:nothing", "\"x\"", true)]
    [InlineData("StringEquals", "aws:nothing", "\"x\"", false)]
    [InlineData("StringEqualsIfExists", "aws:nothing", "\"x\"", true)]
    [InlineData("StringEqualsIgnoreCase", "aws:username", "\"BOB\"", true)]
    [InlineData("StringNotEqualsIgnoreCase", "aws:username", "\"BOB\"", false)]
    [InlineData("StringLike", "aws:username", "\"b?b\"", true)]
    [InlineData("StringLike", "aws:username", "\"B*\"", false)]
    [InlineData("StringNotLike", "aws:username", "\"b*\"", false)]
    [InlineData("NumericLessThan", "s3:max-keys", "\"11\"", true)]
    [InlineData("NumericLessThan", "s3:max-keys", "10", false)]
    [InlineData("NumericLessThanEquals", "s3:max-keys", "10", true)]
    [InlineData("NumericGreaterThan", "s3:max-keys", "9.5", true)]
    [InlineData("NumericGreaterThanEquals", "s3:max-keys", "11", false)]
    [InlineData("NumericEquals", "s3:max-keys", "\"ten\"", false)]
    [InlineData("NumericNotEquals", "s3:max-keys", "10", false)]
    [InlineData("DateGreaterThan", "aws:CurrentTime", "\"2026-03-01T11:59:59Z\"", true)]
    [InlineData("DateGreaterThan", "aws:CurrentTime", "\"2026-03-01T12:00:00Z\"", false)]
    [InlineData("DateLessThan", "aws:CurrentTime", "\"2026-03-01T13:00:00+02:00\"", false)]
    [InlineData("DateLessThan", "aws:EpochTime", "\"2026-03-02\"", true)]
    [InlineData("DateGreaterThanEquals", "aws:CurrentTime", "1772366400", true)]
    [InlineData("DateEquals", "aws:CurrentTime", "\"2026-03-01T12:00:00Z\"", true)]
    [InlineData("DateNotEquals", "aws:CurrentTime", "\"2026-03-01T12:00:00Z\"", false)]
    [InlineData("DateLessThanEquals", "aws:CurrentTime", "\"2026-03-01T12:00:00Z\"", true)]
    [InlineData("Bool", "aws:SecureTransport", "false", true)]
    [InlineData("Bool", "aws:SecureTransport", "\"true\"", false)]
    [InlineData("BoolIfExists", "aws:MultiFactorAuthPresent", "\"true\"", true)]
    [InlineData("Bool", "aws:MultiFactorAuthPresent", "\"true\"", false)]
    [InlineData("IpAddress", "aws:SourceIp", "\"10.1.0.0/16\"", true)]
    [InlineData("IpAddress", "aws:SourceIp", "\"10.1.2.3/8\"", true)]
    [InlineData("IpAddress", "aws:SourceIp", "\"10.1.2.3\"", true)]
    [InlineData("IpAddress", "aws:SourceIp", "\"10.2.0.0/16\"", false)]
    [InlineData("IpAddress", "aws:SourceIp", "\"::/0\"", false)]
    [InlineData("NotIpAddress", "aws:SourceIp", "[\"10.2.0.0/16\",\"10.1.2.0/24\"]", false)]
    [InlineData("ArnLike", "aws:PrincipalArn", "\"arn:aws:iam::*:user/b*\"", true)]
    [InlineData("ArnEquals", "aws:PrincipalArn", "\"arn:aws:iam::*:role/*\"", false)]
    [InlineData("ArnLike", "aws:PrincipalArn", "\"arn:aws:*:user/bob\"", false)]
    [InlineData("ArnLike", "aws:PrincipalArn", "\"*\"", true)]
    [InlineData("ArnNotLike", "aws:PrincipalArn", "\"arn:aws:iam::*:role/*\"", true)]
    [InlineData("ArnNotEquals", "aws:PrincipalArn", "\"arn:aws:iam::123456789012:user/bob\"", false)]
    [InlineData("Null", "aws:nothing", "true", true)]
    [InlineData("Null", "aws:username", "true", false)]
    [InlineData("Null", "aws:username", "\"false\"", true)]
    [InlineData("ForAnyValue:StringEquals", "aws:TagKeys", "[\"b\",\"z\"]", true)]
    [InlineData("ForAnyValue:StringEquals", "aws:TagKeys", "\"z\"", false)]
    [InlineData("ForAnyValue:StringEquals", "aws:nothing", "\"z\"", false)]
    [InlineData("ForAllValues:StringEquals", "aws:TagKeys", "[\"a\",\"b\",\"c\"]", true)]
    [InlineData("ForAllValues:StringEquals", "aws:TagKeys", "[\"a\"]", false)]
    [InlineData("ForAllValues:StringEquals", "aws:nothing", "[\"a\"]", true)]
    [InlineData("StringEquals", "aws:username", "\"${aws:username}\"", true)]
    [InlineData("StringLike", "aws:username", "\"${aws:wild}\"", false)]
    public void Conditions_hold_as_documented(string operation, string key, string value, bool holds) =>
        Assert.Equal(holds, Allows(
            $$"""{"Effect":"Allow","Action":"*","Resource":"*","Condition": { "{{operation}}": { "{{key}}": {{value}} } } }""", "s3:GetObject", "*"));

    [Fact]
    public void A_deny_outweighs_any_allow_in_whatever_order()
    {
        const string Deny = """{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}""";

        Assert.Equal(PolicyDecision.ExplicitDeny, Decide([Everything, Deny], "s3:DeleteObject"));
        Assert.Equal(PolicyDecision.ExplicitDeny, Decide([Deny, Everything], "s3:DeleteObject"));
        Assert.Equal(PolicyDecision.Allow, Decide([Deny, Everything], "s3:GetObject"));
        Assert.Equal(PolicyDecision.ImplicitDeny, Decide([Deny], "s3:GetObject"));
        Assert.Equal(PolicyDecision.ImplicitDeny, Decide([], "s3:GetObject"));
    }

    [Fact]
    public void A_substituted_value_is_data_and_never_a_pattern() =>
        Assert.False(Allows("""{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:wild}"}""", "s3:GetObject", "arn:aws:s3:::b/other"));

    [Fact]
    public void Variables_mean_nothing_in_the_old_version() =>
        Assert.False(Allows(
            """{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}""", "s3:GetObject", "arn:aws:s3:::b/bob",
            PolicyDocument.OldVersion));

    private static bool Allows(string statement, string action, string resource, string version = PolicyDocument.CurrentVersion) =>
        PolicyEvaluator.Evaluate([Policy([statement], version)], Request(action, resource)) == PolicyDecision.Allow;

    private static PolicyDecision Decide(string[] statements, string action) =>
        PolicyEvaluator.Evaluate(statements.Select(statement => Policy([statement])), Request(action, "*"));

    private static PolicyDocument Policy(string[] statements, string version = PolicyDocument.CurrentVersion) =>
        PolicyDocument.Parse($$"""{"Version":"{{version}}","Statement":[{{string.Join(',', statements)}}]}""", PolicyUse.Identity);

    private static PolicyRequest Request(string action, string resource) => new PolicyRequest { Action = action, Resource = resource }
        .With("aws:username", "bob")
        .With("aws:wild", "*")
        .With("aws:PrincipalArn", "arn:aws:iam::123456789012:user/bob")
        .With("aws:SourceIp", "10.1.2.3")
        .With("aws:SecureTransport", "false")
        .With("aws:CurrentTime", "2026-03-01T12:00:00Z")
        .With("aws:EpochTime", "1772366400")
        .With("s3:max-keys", "10")
        .With("aws:TagKeys", ["a", "b"]);
}
