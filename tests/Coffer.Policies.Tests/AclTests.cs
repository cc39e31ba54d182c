
namespace Coffer.Policies.Tests;

/// <summary>Beyond what is recorded: see <see cref="RecordedAclTests"/> for precedence, merging, parameters and sudo.</summary>
public sealed class AclTests
{
    [Fact]
    public void Root_may_do_everything_and_a_default_decision_nothing()
    {
        var decision = Acl.Root.Decide(AclOperation.Delete, "sys/raw/core", isRootProtected: true);

        Assert.True(decision.IsAllowed && decision.IsRoot);
        Assert.Equal(["root"], Acl.Root.Capabilities("x"));
        Assert.True(Acl.Root.HasAnyUnder("kv/") && Acl.Root.Resultant().IsRoot);
        Assert.False(default(AclDecision).IsAllowed);
    }

    [Fact]
    public void The_root_policy_is_never_compiled_with_others() =>
        Assert.Throws<ArgumentException>(() => Acl.Compile([AclTesting.Policy("", "root")], PolicyTemplateValues.None));

    [Fact]
    public void Without_a_policy_only_help_is_given()
    {
        Assert.Equal(AclRefusal.NoRule, Acl.Empty.Decide(AclOperation.Read, "x").Refusal);
        Assert.True(Acl.Empty.Decide(AclOperation.Help, "x").IsAllowed);
        Assert.Equal(["deny"], Acl.Empty.Capabilities("x"));
    }

    [Theory]
    [InlineData(AclOperation.Read, "read")]
    [InlineData(AclOperation.List, "list")]
    [InlineData(AclOperation.Create, "create")]
    [InlineData(AclOperation.Update, "update")]
    [InlineData(AclOperation.Patch, "patch")]
    [InlineData(AclOperation.Delete, "delete")]
    [InlineData(AclOperation.Recover, "recover")]
    [InlineData(AclOperation.Subscribe, "subscribe")]
    public void Each_operation_is_opened_by_its_own_capability_only(AclOperation operation, string capability)
    {
        string[] all = ["create", "delete", "list", "patch", "read", "recover", "subscribe", "sudo", "update"];
        foreach (var given in all)
        {
            var decision = AclTesting.Acl($"path \"x\" {{ capabilities = [\"{given}\"] }}").Decide(operation, "x");

            Assert.Equal(given == capability, decision.IsAllowed);
            Assert.Equal(given == capability ? AclRefusal.None : AclRefusal.MissingCapability, decision.Refusal);
            Assert.Equal([capability], AclCapabilityNames.Of(decision.Capability));
        }
    }

    [Fact]
    public void A_decision_tells_the_rule_its_policies_and_its_line()
    {
        var acl = AclTesting.Acl(
            "path \"kv/*\" { capabilities = [\"read\"] }", "\n\npath \"kv/*\" { capabilities = [\"read\", \"list\"] }\npath \"/kv/shut\" { policy = \"deny\" }");

        var read = acl.Decide(AclOperation.Read, "kv/a");
        Assert.Equal("kv/*", read.Rule!.Path);
        Assert.Equal([("p1", 1), ("p2", 3)], read.Rule.Sources.Select(source => (source.Policy.Value, source.Line)));
        Assert.Equal(["p1", "p2"], read.Rule.GrantingPolicies(AclCapabilities.Read).Select(name => name.Value));
        Assert.Equal(["p2"], read.Rule.GrantingPolicies(AclCapabilities.List).Select(name => name.Value));

        var write = acl.Decide(AclOperation.Update, "kv/a");
        Assert.Equal((AclRefusal.MissingCapability, AclCapabilities.Update), (write.Refusal, write.Capability));

        var shut = acl.Decide(AclOperation.Read, "kv/shut");
        Assert.Equal((AclRefusal.Denied, "p2", 4), (shut.Refusal, shut.Rule!.Sources[0].Policy.Value, shut.Rule.Sources[0].Line));

        var none = acl.Decide(AclOperation.Read, "other");
        Assert.Equal((AclRefusal.NoRule, null), (none.Refusal, none.Rule));
    }

    [Fact]
    public void Sudo_is_wanted_beside_the_verb()
    {
        var acl = AclTesting.Acl(
            "path \"a\" { capabilities = [\"read\"] } path \"b\" { capabilities = [\"sudo\"] } path \"c\" { capabilities = [\"read\", \"sudo\"] }");

        Assert.Equal(AclRefusal.MissingSudo, acl.Decide(AclOperation.Read, "a", isRootProtected: true).Refusal);
        Assert.Equal(AclRefusal.MissingCapability, acl.Decide(AclOperation.Read, "b", isRootProtected: true).Refusal);
        Assert.True(acl.Decide(AclOperation.Read, "c", isRootProtected: true).IsAllowed);
    }

    /// <summary>GHSA-xp3c-3jw3-4vcr: listing a folder fell back to a wide rule although a narrower pattern denied the folder.</summary>
    [Theory]
    [InlineData("kv/*", "kv/shut/*")]
    [InlineData("kv/*", "kv/+")]
    [InlineData("kv/+", "kv/shut/*")]
    [InlineData("kv/+/*", "kv/+/")]
    [InlineData("kv/s*", "kv/shut*")]
    [InlineData("+/shut", "kv/+")]
    [InlineData("*", "kv/shut/")]
    [InlineData("kv/shut/*", "kv/shut")]
    [InlineData("kv/shut", "kv/shut/")]
    public void Ghsa_xp3c_3jw3_4vcr_a_listing_obeys_the_narrowest_deny(string open, string shut)
    {
        var acl = AclTesting.Acl($"path \"{open}\" {{ capabilities = [\"read\", \"list\"] }} path \"{shut}\" {{ capabilities = [\"deny\"] }}");

        Assert.Equal(AclRefusal.Denied, acl.Decide(AclOperation.List, "kv/shut").Refusal);
        Assert.Equal(AclRefusal.Denied, acl.Decide(AclOperation.List, "kv/shut/").Refusal);
        Assert.Equal(["deny"], acl.Capabilities("kv/shut/"));
    }

    [Theory]
    [InlineData("kv/+", "kv/a", true)]
    [InlineData("kv/+", "kv/a/", true)]
    [InlineData("kv/+", "kv", true)]
    [InlineData("kv/+/x", "kv/x", false)]
    [InlineData("kv/+", "kv/a/b", false)]
    [InlineData("+/policies", "sys/policies", true)]
    [InlineData("kv/+/", "kv/a", true)]
    [InlineData("kv/+/*", "kv/a", true)]
    [InlineData("kv/+/a*", "kv/x/ab", true)]
    [InlineData("+", "kv", true)]
    [InlineData("kv", "kv", true)]
    [InlineData("kv/", "kv", true)]
    [InlineData("*", "", true)]
    public void A_listing_is_covered_with_and_without_the_slash(string pattern, string path, bool covered)
    {
        var acl = AclTesting.Acl($"path \"{pattern}\" {{ capabilities = [\"list\"] }}");

        Assert.Equal(covered, acl.Decide(AclOperation.List, path).IsAllowed);
    }

    [Fact]
    public void A_listing_of_a_long_path_is_judged_like_any_other()
    {
        var folder = "kv/" + new string('x', 5000);
        var acl = AclTesting.Acl("path \"kv/*\" { capabilities = [\"list\"] }");

        Assert.True(acl.Decide(AclOperation.List, folder).IsAllowed);
        Assert.False(acl.Decide(AclOperation.Read, folder).IsAllowed);
    }

    [Theory]
    [InlineData(null, AclRefusal.NotWrapped)]
    [InlineData(59, AclRefusal.WrapTtlTooShort)]
    [InlineData(60, AclRefusal.None)]
    [InlineData(120, AclRefusal.None)]
    [InlineData(121, AclRefusal.WrapTtlTooLong)]
    public void Wrapping_bounds_hold_for_every_operation(int? seconds, AclRefusal refusal)
    {
        var acl = AclTesting.Acl("path \"x\" { capabilities = [\"read\", \"delete\"] min_wrapping_ttl = 60 max_wrapping_ttl = 120 }");

        Assert.Equal(refusal, acl.Decide(AclOperation.Read, "x", wrapSeconds: seconds).Refusal);
        Assert.Equal(refusal, acl.Decide(AclOperation.Delete, "x", wrapSeconds: seconds).Refusal);
    }

    [Fact]
    public void Merged_wrapping_bounds_take_the_smaller_of_each_and_may_close_the_path()
    {
        const string Loose = "path \"x\" { capabilities = [\"read\"] min_wrapping_ttl = 100 max_wrapping_ttl = 200 }";
        const string Tight = "path \"x\" { capabilities = [\"read\"] max_wrapping_ttl = 50 }";

        Assert.Equal(AclRefusal.WrapTtlImpossible, AclTesting.Acl(Loose, Tight).Decide(AclOperation.Read, "x", wrapSeconds: 50).Refusal);

        var rule = AclTesting.Acl(Loose, "path \"x\" { min_wrapping_ttl = 10 max_wrapping_ttl = 300 }").Decide(AclOperation.Read, "x").Rule!;
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(200)), (rule.MinWrappingTtl, rule.MaxWrappingTtl));
    }

    [Theory]
    [InlineData("secret/", true)]
    [InlineData("secret", true)]
    [InlineData("deep/er/", true)]
    [InlineData("deep/", true)]
    [InlineData("kv/", false)]
    [InlineData("sec/", false)]
    [InlineData("x/kv/", true)]
    [InlineData("none/", false)]
    [InlineData("list/", true)]
    [InlineData("pre/fix/mount/", true)]
    public void A_mount_is_known_to_whoever_is_granted_anything_in_it(string mount, bool known)
    {
        var acl = AclTesting.Acl(
            """
            path "secret/data/only/this" { capabilities = ["read"] }
            path "deep/er/+/x" { capabilities = ["read"] }
            path "kv/*" { capabilities = ["deny"] }
            path "kv/+/x" { capabilities = ["deny"] }
            path "kv/none" { capabilities = [] }
            path "x/+/y" { capabilities = ["read"] }
            path "list" { capabilities = ["list"] }
            path "pre/+/mo*" { capabilities = ["read"] }
            """);

        Assert.Equal(known, acl.HasAnyUnder(mount));
    }

    [Fact]
    public void The_resultant_acl_lists_merged_rules()
    {
        var resultant = AclTesting.Acl(
            "path \"a\" { capabilities = [\"read\"] } path \"b/*\" { capabilities = [\"list\"] } path \"c/+/d*\" { capabilities = [\"deny\"] }",
            "path \"a\" { capabilities = [\"list\"] }").Resultant();

        Assert.Equal(["a"], resultant.ExactPaths.Keys);
        Assert.Equal(["list", "read"], resultant.ExactPaths["a"].CapabilityNames);
        Assert.Equal(["b/", "c/+/d*"], resultant.GlobPaths.Keys);
        Assert.Equal(["deny"], resultant.GlobPaths["c/+/d*"].CapabilityNames);
    }

    [Fact]
    public void Allowing_a_request_without_parameters_allocates_nothing()
    {
        var acl = AclTesting.Acl("path \"kv/*\" { capabilities = [\"read\", \"list\"] } path \"kv/+/x\" { capabilities = [\"read\"] }");
        var read = new AclRequest("kv/a/x", AclOperation.Read);
        var list = new AclRequest("kv/a", AclOperation.List);
        Assert.True(acl.Decide(read).IsAllowed && acl.Decide(list).IsAllowed);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            acl.Decide(read);
            acl.Decide(list);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
