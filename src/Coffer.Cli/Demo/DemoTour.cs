using System.Globalization;
using Coffer.AwsSandbox;
using Coffer.Cli.Terminal;
using Coffer.Server;

namespace Coffer.Cli.Demo;

/// <summary>The steps of the demo. Each shows what happens and checks that it did.</summary>
internal sealed class DemoTour(ICliConsole console, DemoPage page, DevServer server, SandboxAccount account)
{
    public const string Role = "webapp";
    public const string Bucket = "webapp-bucket";

    private const string OtherBucket = "payroll-bucket";
    private const string Content = "hello";
    private const string ListUsers = "At AWS (iam list-users, list-access-keys):";

    private const string Policy =
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::webapp-bucket/*"}
          ]
        }

        """;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the user may outlive its lease before the demo calls it a failure.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DemoShell _shell = new(console, page, $"http://{server.Address}", server.RootToken);

    public async Task RunAsync(CancellationToken cancellation)
    {
        await SetUpAsync(cancellation);
        await UseAsync(cancellation);
        await ExpireAsync(cancellation);
    }

    private async Task SetUpAsync(CancellationToken cancellation)
    {
        var (keyId, secret) = account.AdminKey;
        page.Step("Tell Coffer which AWS account to use", "The two endpoints lead to the local account; for a real one, leave them out.");
        await _shell.RunAsync(["secrets", "enable", "aws"], cancellation);
        await _shell.RunAsync(
            [
                "write", "aws/config/root", $"access_key={keyId}", $"secret_key={secret}", "region=us-east-1",
                $"iam_endpoint={account.Url}", $"sts_endpoint={account.Url}",
            ],
            cancellation);

        page.Step("Write a role", "It may read and write objects in one bucket. Nothing happens at AWS yet.");
        await _shell.RunAsync(["write", $"aws/roles/{Role}", "credential_type=iam_user", "policy_document=-"], Policy, cancellation);

        using var aws = account.Probe();
        await aws.CreateBucketAsync(Bucket, cancellation);
        await aws.CreateBucketAsync(OtherBucket, cancellation);
    }

    private async Task UseAsync(CancellationToken cancellation)
    {
        page.Step("Ask for credentials", "Coffer makes an IAM user for this one request, and a lease on it.");
        var made = await MakeAsync(cancellation);

        page.Step("Use the key", "It works where the role allows it, and nowhere else.");
        await TryAsync(made, cancellation);

        page.Step("Take it back", "A key that is no longer needed, or no longer trusted, goes at once.");
        await _shell.RunAsync(["lease", "revoke", made.Lease], cancellation);
        var took = await GoneAsync(made, shown: false, cancellation);
        page.Words($"The user is gone after {took}.");
        await ShowUsersAsync(null, cancellation);
        await ShowDeadAsync(made, cancellation);
    }

    private async Task ExpireAsync(CancellationToken cancellation)
    {
        page.Step("Let a lease of ten seconds run out", "Nobody revokes it this time.");
        await _shell.RunAsync(["write", "aws/config/lease", "lease=10s", "lease_max=10s"], cancellation);
        var made = await MakeAsync(cancellation);
        page.Words("Waiting ...");
        var took = await GoneAsync(made, shown: true, cancellation);
        page.Words($"The user is gone {took} after it was handed out.");
        await ShowUsersAsync(null, cancellation);
        await ShowDeadAsync(made, cancellation);

        page.Step("Back to longer leases", "So that you can look around at leisure.");
        await _shell.RunAsync(["write", "aws/config/lease", "lease=1h", "lease_max=24h"], cancellation);
    }

    private async Task<Made> MakeAsync(CancellationToken cancellation)
    {
        var table = await _shell.RunAsync(["read", $"aws/creds/{Role}"], cancellation);
        var at = console.Clock.GetTimestamp();
        var made = new Made(
            DemoShell.Row(table, "lease_id"), DemoShell.Row(table, "access_key"), DemoShell.Row(table, "secret_key"), at);
        await ShowUsersAsync(made, cancellation);
        return made;
    }

    private async Task ShowUsersAsync(Made? made, CancellationToken cancellation)
    {
        using var aws = account.Probe();
        var users = await aws.UsersAsync(cancellation);
        page.Aws(ListUsers, users.Select(user => Row(user.Name, user.AccessKeyIds, made)).ToArray());
        if (made is not null && !users.Any(user => user.AccessKeyIds.Contains(made.KeyId)))
        {
            throw new DemoFault($"AWS has no user with the key {made.KeyId}");
        }
    }

    private async Task TryAsync(Made made, CancellationToken cancellation)
    {
        (HttpMethod Method, string Target, string Refusal)[] tries =
        [
            (HttpMethod.Put, $"{Bucket}/greeting.txt", ""),
            (HttpMethod.Get, $"{Bucket}/greeting.txt", ""),
            (HttpMethod.Delete, $"{Bucket}/greeting.txt", "AccessDenied"),
            (HttpMethod.Put, $"{OtherBucket}/greeting.txt", "AccessDenied"),
        ];
        using var aws = account.Probe();
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (method, target, refusal) in tries)
        {
            var answer = await aws.S3Async(method, target, Content, made.KeyId, made.Secret, cancellation);
            rows.Add([Operation(method), $"s3://{target}", Verdict(answer.Status, answer.Code)]);
            if (answer.Code != refusal)
            {
                throw new DemoFault($"{method} {target} came back with {Verdict(answer.Status, answer.Code)}");
            }
        }

        page.Aws("At AWS, with the new key (s3api put-object, get-object, delete-object):", rows);
    }

    private async Task ShowDeadAsync(Made made, CancellationToken cancellation)
    {
        using var aws = account.Probe();
        var target = $"{Bucket}/greeting.txt";
        var answer = await aws.S3Async(HttpMethod.Get, target, "", made.KeyId, made.Secret, cancellation);
        page.Aws("At AWS, with the old key (s3api get-object):", [[Operation(HttpMethod.Get), $"s3://{target}", Verdict(answer.Status, answer.Code)]]);
        if (answer.Code != "InvalidAccessKeyId")
        {
            throw new DemoFault($"a key that should be gone was answered with {Verdict(answer.Status, answer.Code)}");
        }
    }

    /// <summary>Looks at AWS until the user is gone, and says how long after its making or, for a revocation, after now that was.</summary>
    private async Task<string> GoneAsync(Made made, bool shown, CancellationToken cancellation)
    {
        var clock = console.Clock;
        var from = shown ? made.At : clock.GetTimestamp();
        using var aws = account.Probe();
        while (true)
        {
            var users = await aws.UsersAsync(cancellation);
            var passed = clock.GetElapsedTime(from);
            if (!users.Any(user => user.AccessKeyIds.Contains(made.KeyId)))
            {
                page.Passing("");
                return string.Create(CultureInfo.InvariantCulture, $"{passed.TotalSeconds:0.0} s");
            }

            if (passed > Patience)
            {
                throw new DemoFault(string.Create(CultureInfo.InvariantCulture, $"the user is still there after {passed.TotalSeconds:0} s"));
            }

            if (shown)
            {
                page.Passing(string.Create(CultureInfo.InvariantCulture, $"{passed.TotalSeconds:0} s: the user is there"));
            }

            await Task.Delay(Look, clock, cancellation);
        }
    }

    private static string[] Row(string user, IReadOnlyList<string> keys, Made? made) =>
        made is not null && keys.Contains(made.KeyId) ? [user, string.Join(' ', keys), "<- new"] : [user, string.Join(' ', keys)];

    private static string Operation(HttpMethod method) =>
        method == HttpMethod.Put ? "PutObject" : method == HttpMethod.Get ? "GetObject" : "DeleteObject";

    private static string Verdict(int status, string code) => code.Length == 0 ? $"{status} OK" : $"{status} {code}";

    /// <summary>Credentials that were handed out, and when.</summary>
    private sealed record Made(string Lease, string KeyId, string Secret, long At);
}
