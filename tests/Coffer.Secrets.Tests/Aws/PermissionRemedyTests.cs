using System.Net;
using Coffer.Aws.Calls;
using Coffer.Secrets.Aws.Credentials;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>The remedy follows from the words in which AWS denies something.</summary>
public sealed class PermissionRemedyTests
{
    private const string Start = "User: arn:aws:iam::123456789012:user/coffer is not authorized to perform: ";

    [Theory]
    [InlineData("iam:DeleteUser", "iam:DeleteUser on resource: user u because no identity-based policy allows the iam:DeleteUser action", "the credentials of this mount lack iam:DeleteUser: add it to their policy")]
    [InlineData("iam:CreateUser", "iam:TagUser on resource: user u because no identity-based policy allows the iam:TagUser action", "the credentials of this mount lack iam:TagUser: add it to their policy")]
    [InlineData("iam:CreateUser", "iam:CreateUser on resource: user u with an explicit deny in a service control policy", "a service control policy denies iam:CreateUser to the credentials of this mount, and no permission that is added outweighs that: change the statement that denies it")]
    [InlineData("iam:CreateUser", "iam:CreateUser on resource: user u with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/p", "an identity-based policy denies iam:CreateUser to")]
    [InlineData("iam:CreateUser", "iam:CreateUser on resource: user u with an explicit deny", "a policy denies iam:CreateUser to")]
    [InlineData("iam:CreateUser", "iam:CreateUser on resource: user u because no permissions boundary allows the iam:CreateUser action", "a permissions boundary does not allow iam:CreateUser to the credentials of this mount: it has to, beside their own policy")]
    [InlineData("sts:AssumeRole", "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/r", "either the role does not exist, or its trust policy does not name the user of this mount's credentials, or that user's policy lacks sts:AssumeRole on it: look at all three")]
    [InlineData("sts:AssumeRole", "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/r because no identity-based policy allows the sts:AssumeRole action", "the credentials of this mount lack sts:AssumeRole: add it to their policy")]
    [InlineData("sts:AssumeRole", "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/r because no resource-based policy allows the sts:AssumeRole action", "the trust policy of the role does not let the credentials of this mount assume it")]
    [InlineData("sts:AssumeRole", "sts:TagSession on resource: arn:aws:iam::123456789012:role/r", "the credentials of this mount lack sts:TagSession: add it to their policy")]
    public void The_remedy_is_for_what_aws_says_decided(string operation, string detail, string remedy) =>
        Assert.StartsWith(remedy, PermissionRemedy.Of(Denied(operation, Start + detail)), StringComparison.Ordinal);

    [Fact]
    public void Without_a_sentence_the_call_itself_is_what_was_denied() =>
        Assert.Equal("the credentials of this mount lack iam:CreateUser or iam:TagUser: add it to their policy", PermissionRemedy.Of(Denied("iam:CreateUser", "Access Denied")));

    private static AwsException Denied(string operation, string detail) => new(AwsErrorKind.AccessDenied, "AccessDenied", operation, detail, HttpStatusCode.Forbidden);
}
