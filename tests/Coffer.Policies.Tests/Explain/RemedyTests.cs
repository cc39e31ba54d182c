using Coffer.Policies.Explain;
using CsCheck;

namespace Coffer.Policies.Tests.Explain;

public sealed class RemedyTests
{
    private static readonly Gen<string> Pattern =
        Gen.Select(Gen.OneOf("a", "b", "ab", "", "+").Array[1, 4], Gen.Bool, (segments, glob) => string.Join('/', segments) + (glob ? "*" : ""))
            .Where(pattern => !pattern.Contains("+*", StringComparison.Ordinal) && !pattern.StartsWith('/'));

    private static readonly Gen<string> Rule = Gen.Select(Pattern, Gen.OneOf("read", "list", "create", "update", "delete", "deny").Array[0, 3]).Select(
        rule => $"path \"{rule.Item1}\" {{ capabilities = [{string.Join(',', rule.Item2.Select(verb => $"\"{verb}\""))}] }}\n");

    private static readonly Gen<string> Path = Gen.OneOf("a", "b", "ab", "+", "b*").Array[1, 4].Select(segments => string.Join('/', segments));

    private static readonly Gen<AclOperation> Operation =
        Gen.OneOf(AclOperation.Read, AclOperation.List, AclOperation.Create, AclOperation.Update, AclOperation.Delete);

    [Fact]
    public void What_would_allow_a_request_allows_it_and_takes_nothing_away() =>
        Gen.Select(Rule.Array[0, 8], Path, Operation, Gen.Bool).Sample(
            (rules, asked, operation, isRootProtected) =>
            {
                var path = operation == AclOperation.List ? asked + "/" : asked;
                var before = AclTesting.Acl(string.Concat(rules));
                var decision = before.Decide(operation, path, isRootProtected: isRootProtected);
                var stanza = decision.IsAllowed ? null : Remedy.For(before, new AclRequest(path, operation, IsRootProtected: isRootProtected), decision);
                if (stanza is null)
                {
                    // Only where no rule can help, or none can be written for a path that holds a wildcard's sign.
                    Assert.True(decision.IsAllowed || path.Contains('+', StringComparison.Ordinal) || path.EndsWith('*') || decision.Refusal == AclRefusal.Denied, decision.ToString());
                    return;
                }

                var after = AclTesting.Acl(string.Concat(rules), stanza);
                Assert.True(after.Decide(operation, path, isRootProtected: isRootProtected).IsAllowed, $"{operation} {path}\n{string.Concat(rules)}\n{stanza}");
                foreach (var other in Enum.GetValues<AclOperation>().Where(other => other <= AclOperation.Delete && before.Decide(other, path).IsAllowed))
                {
                    Assert.True(after.Decide(other, path).IsAllowed, $"{other} {path} is lost\n{string.Concat(rules)}\n{stanza}");
                }
            },
            iter: 5000);

    [Fact]
    public void Nothing_that_is_added_overcomes_a_deny_on_the_same_path()
    {
        var acl = AclTesting.Acl("""path "kv/x" { capabilities = ["deny"] }""");

        Assert.Null(Remedy.For(acl, new AclRequest("kv/x", AclOperation.Read), acl.Decide(AclOperation.Read, "kv/x")));
    }

    [Fact]
    public void A_rule_with_conditions_is_added_to_where_it_stands_so_that_they_hold()
    {
        const string Text = """path "kv/*" { capabilities = ["read"] denied_parameters = { "a" = [] } }""";
        var acl = AclTesting.Acl(Text);
        var decision = acl.Decide(AclOperation.Update, "kv/x", "{}");

        var stanza = Remedy.For(acl, new AclRequest("kv/x", AclOperation.Read), decision)!;

        Assert.Equal("path \"kv/*\" {\n  capabilities = [\"update\"]\n}\n", stanza);
        Assert.Equal(AclRefusal.ParameterDenied, AclTesting.Acl(Text, stanza).Decide(AclOperation.Update, "kv/x", """{"a":1}""").Refusal);
    }

    [Fact]
    public void A_parameter_that_is_not_allowed_is_added_to_those_that_are()
    {
        const string Text = """path "kv/*" { capabilities = ["update"] allowed_parameters = { "a" = ["1"] } }""";
        var acl = AclTesting.Acl(Text);
        var decision = acl.Decide(AclOperation.Update, "kv/x", """{"b":"2"}""");

        var stanza = Remedy.For(acl, new AclRequest("kv/x", AclOperation.Read), decision)!;

        Assert.True(AclTesting.Acl(Text, stanza).Decide(AclOperation.Update, "kv/x", """{"b":"2"}""").IsAllowed);
        Assert.False(AclTesting.Acl(Text, stanza).Decide(AclOperation.Update, "kv/x", """{"a":"2"}""").IsAllowed);
    }

    [Theory]
    [InlineData("kv/+/x")]
    [InlineData("kv/x*")]
    [InlineData("kv/{{identity.entity.id}}")]
    public void A_path_that_would_read_as_a_pattern_gets_no_rule(string path) =>
        Assert.Null(Remedy.For(Acl.Empty, new AclRequest(path, AclOperation.Read), Acl.Empty.Decide(AclOperation.Read, path)));
}
