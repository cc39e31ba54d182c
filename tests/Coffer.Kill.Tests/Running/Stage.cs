using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;
using Coffer.AwsSandbox.Visits;

namespace Coffer.Kill.Tests.Running;

/// <summary>An AWS account that lives through everything, and a server on it that is killed and started again.</summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>The IAM path of every user that the server makes.</summary>
    public const string UserPath = "/kill/";

    public const string Bucket = "kill";

    /// <summary>A role with all parts that a user can have, so that every call is made.</summary>
    public const string FullRole = "full";

    /// <summary>A role with an inline policy alone.</summary>
    public const string PlainRole = "plain";

    private static readonly TimeSpan LifeMax = TimeSpan.FromSeconds(45);

    private const string Everything = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""";

    private readonly List<(string Path, string Value)> _acknowledged = [];
    private string _unsealKey = "";
    private TimeSpan _pace;
    private Api? _api;

    private Stage(SandboxAccount aws, HeldClock clock, bool commits, TimeSpan lateCallTime)
    {
        Aws = aws;
        AwsClock = clock;
        Server = new CofferProcess(commits, lateCallTime);
        Visitor = aws.Probe(TimeProvider.System);
    }

    public SandboxAccount Aws { get; }

    /// <summary>Lets go what hangs in the account.</summary>
    public HeldClock AwsClock { get; }

    public CofferProcess Server { get; }

    public AwsProbe Visitor { get; }

    public string RootToken { get; private set; } = "";

    /// <summary>The client of the server's present life.</summary>
    public Api Api => _api ?? throw new InvalidOperationException("the server has not been started");

    /// <summary>From each start of the process to its first answer to a read of a stored value.</summary>
    public List<TimeSpan> Restarts { get; } = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="commits">The server takes orders to kill itself at a commit; otherwise it is the program as it is shipped.</param>
    /// <param name="lateCallTime">How long the server looks for what a call that got no answer may have made; every point takes this long.</param>
    public static async Task<Stage> StartAsync(bool commits, TimeSpan lateCallTime)
    {
        var clock = new HeldClock();
        var options = new SandboxOptions { JournalMax = 10_000, Clock = clock };
        var stage = new Stage(await SandboxAccount.StartAsync(options, Cancel), clock, commits, lateCallTime);
        try
        {
            await stage.FurnishAsync();
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the killed process again on its data, and opens it.</summary>
    public async Task RestartAsync()
    {
        var watch = Stopwatch.StartNew();
        await ReopenAsync();
        (await Api.ReadAsync("kv/ready", Cancel)).Ok();
        Restarts.Add(watch.Elapsed);
    }

    /// <summary>As <see cref="RestartAsync"/>, of a server that need not answer anything once it is unsealed.</summary>
    public async Task ReopenAsync()
    {
        await Server.LaunchAsync(Cancel);
        _api?.Dispose();
        _api = new Api(Server.Address, RootToken);
        (await Api.WriteAsync("sys/unseal", new JsonObject { ["key"] = _unsealKey }, Cancel)).Ok();
    }

    /// <summary>Opens a server that is sealed.</summary>
    public async Task UnsealAsync()
    {
        (await Api.WriteAsync("sys/unseal", new JsonObject { ["key"] = _unsealKey }, Cancel)).Ok();
        (await Api.ReadAsync("kv/ready", Cancel)).Ok();
    }

    /// <summary>
    /// Seconds that a life has to have for what a test does in it: the least, or, on a machine with much else to do, three times what it took to start and
    /// furnish this stage, which is far more than a few requests. Bounded, since every life is waited for to its end.
    /// </summary>
    public int Seconds(int least) => Math.Max(least, (int)Math.Min(LifeMax.TotalSeconds, Math.Ceiling(3 * _pace.TotalSeconds)));

    /// <summary>Lives and maximum of new credentials, in seconds.</summary>
    public async Task SetLivesAsync(int lease, int max) => (await Api.WriteAsync(
        "aws/config/lease",
        new JsonObject { ["lease"] = $"{lease.ToString(CultureInfo.InvariantCulture)}s", ["lease_max"] = $"{max.ToString(CultureInfo.InvariantCulture)}s" },
        Cancel)).Ok();

    public async Task<Credential> IssueAsync(string role)
    {
        var asked = DateTimeOffset.UtcNow;
        return new Credential(await Api.ReadAsync($"aws/creds/{role}", Cancel), asked);
    }

    /// <summary>Writes a value and remembers that it was answered.</summary>
    public async Task WriteValueAsync(string value)
    {
        var path = $"kv/written/{_acknowledged.Count.ToString(CultureInfo.InvariantCulture)}";
        (await Api.WriteAsync(path, new JsonObject { ["value"] = value }, Cancel)).Ok();
        _acknowledged.Add((path, value));
    }

    /// <summary>Every value whose writing was answered is there.</summary>
    public async Task AssertWrittenAsync()
    {
        foreach (var (path, value) in _acknowledged)
        {
            Assert.Equal(value, (string?)(await Api.ReadAsync(path, Cancel)).Data["value"]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        Visitor.Dispose();
        await Server.DisposeAsync();
        await Aws.DisposeAsync();
    }

    private async Task FurnishAsync()
    {
        var watch = Stopwatch.StartNew();
        await Visitor.CreateBucketAsync(Bucket, Cancel);
        Aws.Call("iam", "CreatePolicy", ("PolicyName", "managed"), ("PolicyDocument", Everything));
        Aws.Call("iam", "CreateGroup", ("GroupName", "developers"));
        Aws.Call("iam", "CreateGroup", ("GroupName", "auditors"));

        await Server.LaunchAsync(Cancel);
        using (var open = new Api(Server.Address, "none"))
        {
            var made = (await open.WriteAsync("sys/init", new JsonObject { ["secret_shares"] = 1, ["secret_threshold"] = 1 }, Cancel)).Ok().Body!;
            _unsealKey = (string)made["keys_base64"]![0]!;
            RootToken = (string)made["root_token"]!;
            (await open.WriteAsync("sys/unseal", new JsonObject { ["key"] = _unsealKey }, Cancel)).Ok();
        }

        _api = new Api(Server.Address, RootToken);
        (await Api.WriteAsync("sys/mounts/kv", new JsonObject { ["type"] = "kv" }, Cancel)).Ok();
        (await Api.WriteAsync("kv/ready", new JsonObject { ["value"] = "yes" }, Cancel)).Ok();
        (await Api.WriteAsync("sys/mounts/aws", new JsonObject { ["type"] = "aws" }, Cancel)).Ok();
        var admin = Aws.AdminKey;
        (await Api.WriteAsync(
            "aws/config/root",
            new JsonObject
            {
                ["access_key"] = admin.KeyId,
                ["secret_key"] = admin.Secret,
                ["region"] = "us-east-1",
                ["iam_endpoint"] = Aws.Url.AbsoluteUri,
                ["sts_endpoint"] = Aws.Url.AbsoluteUri,
            },
            Cancel)).Ok();
        (await Api.WriteAsync($"aws/roles/{PlainRole}", Role(), Cancel)).Ok();
        var full = Role();
        full["policy_arns"] = $"arn:aws:iam::{Aws.AccountId}:policy/managed";
        full["iam_groups"] = "developers,auditors";
        full["iam_tags"] = new JsonObject { ["team"] = "kill" };
        (await Api.WriteAsync($"aws/roles/{FullRole}", full, Cancel)).Ok();
        _pace = watch.Elapsed;
    }

    private static JsonObject Role() => new() { ["credential_type"] = "iam_user", ["policy_document"] = Everything, ["user_path"] = UserPath };
}
