using Coffer.Aws.Policies;
using CsCheck;

namespace Coffer.Aws.Tests.Policies;

public sealed class ParserTests
{
    private const string Syntax = "Syntax errors in policy.";

    [Theory]
    [InlineData("", Syntax)]
    [InlineData("[]", Syntax)]
    [InlineData("{}", Syntax)]
    [InlineData("""{"Statement":[]}""", Syntax)]
    [InlineData("""{"Version":"2020-01-01","Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}}""", Syntax)]
    [InlineData("""{"Statement":{"Effect":"allow","Action":"a:b","Resource":"*"}}""", Syntax)]
    [InlineData("""{"Statement":{"Action":"a:b","Resource":"*"}}""", Syntax)]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Extra":1}}""", Syntax)]
    [InlineData("""{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"a:b","Resource":"*"}}""", Syntax)]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"a:b","NotAction":"c:d","Resource":"*"}}""", Syntax)]
    [InlineData("""{"Statement":{"Effect":"Allow","Resource":"*"}}""", "Policy statement must contain actions.")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"a:b"}}""", "Policy statement must contain resources.")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"ab","Resource":"*"}}""",
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"thing"}}""", "Resource thing must be in ARN format or \"*\".")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Principal":"*"}}""", "Policy document should not specify a principal.")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"Sometimes":{"aws:x":"1"}}}}""",
        "Invalid Condition type : Sometimes.")]
    [InlineData("""{"Statement":[{"Sid":"a","Effect":"Allow","Action":"a:b","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"a:b","Resource":"*"}]}""",
        "Statement IDs (SID) in a single policy must be unique.")]
    public void A_malformed_identity_policy_is_refused_in_the_words_of_aws(string json, string message) =>
        Assert.Equal(message, Assert.Throws<PolicyFormatException>(() => PolicyDocument.Parse(json, PolicyUse.Identity)).Message);

    [Theory]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}""", "Missing required field Principal")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*"}}""", "Has prohibited field Resource")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Whom":"*"}}}""", "Invalid principal in policy")]
    public void A_malformed_trust_policy_is_refused_in_the_words_of_aws(string json, string message) =>
        Assert.Equal(message, Assert.Throws<PolicyFormatException>(() => PolicyDocument.Parse(json, PolicyUse.Trust)).Message);

    [Fact]
    public void Writing_a_document_and_reading_it_again_changes_nothing()
    {
        var pattern = OneOf("*", "s3:Get*", "iam:CreateUser", "sts:Assume?ole");
        var resource = OneOf("*", "arn:aws:s3:::b/*", "arn:aws:iam::123456789012:user/${aws:username}");
        var condition = Gen.Select(
            OneOf("StringEquals", "DateGreaterThan", "ForAnyValue:StringLike", "BoolIfExists"), OneOf("aws:a", "aws:b"),
            Gen.String.Array[1, 3], (name, key, values) => new PolicyCondition(name, key, [.. values]));
        Gen.Select(Gen.Bool, pattern.Array[1, 3], Gen.Bool, resource.Array[1, 3], Gen.Bool, condition)
            .Sample((allow, actions, notActions, resources, notResources, when) =>
            {
                var document = new PolicyDocument
                {
                    Statements =
                    [
                        new PolicyStatement
                        {
                            IsAllow = allow,
                            Actions = new PolicyMatch([.. actions], notActions),
                            Resources = new PolicyMatch([.. resources], notResources),
                            Conditions = [when],
                        },
                    ],
                };
                var text = document.ToJson();
                return PolicyDocument.Parse(text, PolicyUse.Identity).ToJson() == text;
            });
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    [Fact]
    public void Any_text_is_read_or_refused_and_nothing_else() =>
        Gen.String.Sample(text =>
        {
            try
            {
                PolicyDocument.Parse(text, PolicyUse.Identity);
            }
            catch (PolicyFormatException)
            {
                // The one way to say no.
            }
        });
}
