using System.Text;
using System.Text.Json.Nodes;
using Coffer.Aws.Calls;
using Coffer.Aws.Signing;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>Whose credentials a mount uses: a key pair is never lost by a write that does not name it, and the environment's account is only used by choice.</summary>
public sealed class RootKeysTests : AwsTest
{
    private const string Pair = """{"access_key":"AKIAIOSFODNN7EXAMPLE","secret_key":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}""";

    private const string NoCredentials =
        "config/root has no credentials for AWS: write access_key and secret_key to it, or use_environment=true to use the account of the server's environment";

    private const string NoPair =
        "config/root has no key pair now: until one is written, or use_environment=true is, this mount makes no credentials and cannot remove those it made";

    private const string HalfPair =
        "static AWS client credentials haven't been properly configured (the access key or secret key were provided but not both)";

    private readonly CountingSource _chain = new();

    /// <summary>Writes in order, and whose credentials are used after the last: <c>pair</c>, <c>environment</c>, <c>none</c> or <c>half</c>.</summary>
    public static TheoryData<string[], string> Writes() => new()
    {
        { [], "none" },
        { ["{}"], "environment" },
        { ["""{"region":"us-east-1"}"""], "environment" },
        { ["""{"access_key":"","secret_key":""}"""], "environment" },
        { ["""{"use_environment":false}"""], "none" },
        { ["""{"use_environment":false}""", """{"region":"us-east-1"}"""], "none" },
        { [Pair], "pair" },
        { [Pair, "{}"], "pair" },
        { [Pair, """{"region":"us-east-1"}"""], "pair" },
        { [Pair, """{"access_key":null,"secret_key":null}"""], "pair" },
        { [Pair, """{"access_key":"AKIAIOSFODNN7EXAMPLE"}"""], "pair" },
        { [Pair, """{"secret_key":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}"""], "pair" },
        { [Pair, """{"use_environment":false}"""], "pair" },
        { [Pair, """{"access_key":""}"""], "none" },
        { [Pair, """{"secret_key":""}"""], "none" },
        { [Pair, """{"access_key":"","secret_key":""}"""], "none" },
        { [Pair, """{"access_key":""}""", """{"region":"us-east-1"}"""], "none" },
        { [Pair, """{"access_key":""}""", """{"access_key":"","secret_key":""}"""], "none" },
        { [Pair, """{"access_key":""}""", Pair], "pair" },
        { [Pair, """{"use_environment":true}"""], "environment" },
        { [Pair, """{"access_key":"","use_environment":true}"""], "environment" },
        { [Pair, """{"use_environment":true}""", """{"region":"us-east-1"}"""], "environment" },
        { [Pair, """{"use_environment":true}""", """{"access_key":""}"""], "environment" },
        { ["{}", Pair], "pair" },
        { ["{}", Pair, "{}"], "pair" },
        { [Pair, """{"access_key":"AKIAOTHER"}"""], "half" },
        { ["""{"access_key":"AKIAOTHER"}"""], "half" },
        { ["""{"secret_key":"x"}"""], "half" },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task The_account_in_use_is_the_one_that_was_chosen(string[] writes, string account)
    {
        await using var engine = Fresh();
        foreach (var write in writes)
        {
            Assert.InRange((await WriteAsync(engine, write)).Status(), 200, 204);
        }

        await AssertAccountAsync(engine, account);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_patch_of_something_else_leaves_the_account_as_it_is(string[] writes, string account)
    {
        await using var engine = Fresh();
        foreach (var write in writes)
        {
            await WriteAsync(engine, write);
        }

        var reply = await engine.PatchAsync("config/root", """{"sts_region":"eu-west-1"}""");

        Assert.Equal(writes.Length == 0 ? 404 : account == "none" ? 200 : 204, reply.Status());
        await AssertAccountAsync(engine, account);
    }

    [Theory]
    [InlineData("""{"access_key":""}""")]
    [InlineData("""{"secret_key":""}""")]
    [InlineData("""{"access_key":null}""")]
    [InlineData("""{"access_key":null,"secret_key":null}""")]
    public async Task A_patch_clears_the_pair_when_it_says_so(string patch)
    {
        await using var engine = Fresh();
        await WriteAsync(engine, Pair);

        var reply = await engine.PatchAsync("config/root", patch);

        Assert.Equal([NoPair], reply.Warnings);
        await AssertAccountAsync(engine, "none");
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_nothing_else()
    {
        await using var engine = Fresh();
        (await engine.WriteAsync(
            "config/root", """{"access_key":"AKIA1","secret_key":"hush","region":"eu-central-1","max_retries":4,"username_template":"x-{{random 8}}"}""")).AssertDone();

        (await engine.PatchAsync("config/root", """{"region":"eu-west-1","max_retries":null}""")).AssertDone();

        var data = (await engine.ReadAsync("config/root")).Data();
        Assert.Equal("AKIA1", (string?)data["access_key"]);
        Assert.Contains("hush", await engine.Store.TextAsync("config/root"), StringComparison.Ordinal);
        Assert.Equal("eu-west-1", (string?)data["region"]);
        Assert.Equal("x-{{random 8}}", (string?)data["username_template"]);
        Assert.Equal(-1, (int)data["max_retries"]!);
    }

    [Theory]
    [InlineData("""{"access_key":""}""")]
    [InlineData("""{"secret_key":""}""")]
    [InlineData("""{"access_key":"","secret_key":""}""")]
    public async Task Clearing_the_pair_is_warned_of(string json)
    {
        await using var engine = Fresh();
        await WriteAsync(engine, Pair);

        Assert.Equal([NoPair], (await WriteAsync(engine, json)).Warnings);
        Assert.Equal([NoPair], (await WriteAsync(engine, "{}")).Warnings);
    }

    [Theory]
    [InlineData("""{"use_environment":true,"access_key":"AKIA1"}""")]
    [InlineData("""{"use_environment":true,"secret_key":"x"}""")]
    [InlineData("""{"use_environment":true,"access_key":"AKIA1","secret_key":"x"}""")]
    public async Task A_pair_and_the_environment_cannot_be_chosen_together(string json)
    {
        await using var engine = Fresh();
        await WriteAsync(engine, Pair);

        (await WriteAsync(engine, json)).AssertRefused(400, "use_environment=true cannot go with access_key or secret_key: leave one of them out");
        await AssertAccountAsync(engine, "pair");
    }

    [Fact]
    public async Task What_an_earlier_version_stored_without_a_pair_goes_on_with_the_environment()
    {
        await using var engine = Fresh();
        await engine.Store.ChangeAsync(view => view.Put("config/root", Encoding.UTF8.GetBytes(
            $$$"""{"access_key":"","secret_key":"","region":"us-east-1","iam_endpoint":"{{{Sandbox.Url}}}","sts_endpoint":"{{{Sandbox.Url}}}","sts_region":"","max_retries":0,"username_template":"{{random 20}}"}""")));

        await AssertAccountAsync(engine, "environment");
    }

    [Fact]
    public async Task A_mount_whose_pair_was_cleared_cannot_revoke_and_says_so()
    {
        await using var engine = Fresh();
        await WriteAsync(engine, Pair);
        (await engine.WriteAsync("roles/r", """{"credential_type":"iam_user"}""")).AssertDone();
        var lease = await engine.IssueAsync(Operation.Read, "creds/r");
        await WriteAsync(engine, """{"access_key":""}""");

        var failed = await Failed(lease.RevokeAsync());

        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Assert.Equal(NoCredentials, failed.Message);
        Assert.Equal(0, _chain.Asked);
        await WriteAsync(engine, Pair);
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    private EngineHarness Fresh() => new(new EngineType("aws", MountClass.Secret, "", context => new AwsEngine(context, _chain)));

    /// <summary>Writes config/root with the sandbox's endpoints beside what is given.</summary>
    private Task<Reply> WriteAsync(EngineHarness engine, string json)
    {
        var body = JsonNode.Parse(json)!;
        body["iam_endpoint"] = Sandbox.Url.AbsoluteUri;
        body["sts_endpoint"] = Sandbox.Url.AbsoluteUri;
        body["max_retries"] = 0;
        return engine.WriteAsync("config/root", body.ToJsonString());
    }

    private async Task AssertAccountAsync(EngineHarness engine, string account)
    {
        (await engine.WriteAsync("roles/r", """{"credential_type":"iam_user"}""")).AssertDone();
        if (account is "none" or "half")
        {
            (await engine.ReadAsync("creds/r")).AssertRefused(400, account == "half" ? HalfPair : NoCredentials);
            Assert.Equal(0, _chain.Asked);
        }
        else
        {
            await (await engine.IssueAsync(Operation.Read, "creds/r")).RevokeAsync();
            Assert.Equal(account == "environment", _chain.Asked > 0);
        }

        if ((await engine.ReadAsync("config/root")) is Reply.Data data)
        {
            Assert.Equal(account == "environment", (bool)data.Data()["use_environment"]!);
        }
    }

    private sealed class CountingSource : IAwsCredentialSource
    {
        private readonly StaticCredentialSource _keys = new(new AwsCredentials("AKIAIOSFODNN7EXAMPLE", RootSecret));

        public int Asked { get; private set; }

        public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellation)
        {
            Asked++;
            return _keys.GetAsync(cancellation);
        }
    }
}
