using Coffer.Walkthrough.Tests.Accounts;
using Coffer.Walkthrough.Tests.Running;

namespace Coffer.Walkthrough.Tests;

/// <summary>
/// The tutorial that has to work, line by line: the built program under the name <c>vault</c>, a real shell, and an AWS account that is looked at
/// from its own side after each step. Every back end runs the same tests.
/// </summary>
public abstract partial class WalkthroughTests : IAsyncLifetime
{
    private static readonly TimeSpan DefaultMax = TimeSpan.FromHours(768);
    private static readonly TimeSpan LeaseMax = TimeSpan.FromSeconds(7200);

    private Session? _session;

    /// <summary>Whether the account decides by policies. One that does not takes every key for anything, so nothing can be learned by trying.</summary>
    protected abstract bool DecidesByPolicies { get; }

    private Session Here => _session ?? throw new InvalidOperationException("not started");

    private AwsSide Aws => Here.Aws;

    public async ValueTask InitializeAsync() =>
        _session = await Session.StartAsync(await StartAccountAsync(), TimeProvider.System, TestContext.Current.CancellationToken);

    public virtual async ValueTask DisposeAsync()
    {
        if (_session is not null)
        {
            await _session.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_walkthrough_runs_as_it_stands_from_its_first_line_to_its_last()
    {
        await Here.PlayAsync("Status");
        await Here.PlayAsync("Sealed and open again");

        var before = await Aws.UserNamesAsync();
        await Here.PlayAsync("AWS engine");
        Assert.Equal(before, await Aws.UserNamesAsync());

        await CredentialsAsync(before);
        await LeaseTimesAsync(before);
        await RolesAsync();
        await SessionsAsync();

        await Here.Server.KillAsync();
        await Here.PlayAsync("No server");
    }

    /// <summary>Starts an account that is empty but for its owner. Where that cannot be, the test is skipped with the reason.</summary>
    protected abstract Task<Uri> StartAccountAsync();

    private async Task CredentialsAsync(string[] before)
    {
        var made = await Here.HandOutAsync("Credentials", "my-role", DefaultMax);
        await Aws.MakeBucketAsync("my-bucket");
        await Aws.MakeBucketAsync("other-bucket");
        await TriesAsync(made, ("PUT", "my-bucket/note", true), ("GET", "my-bucket/note", true), ("DELETE", "my-bucket/note", false),
            ("GET", "my-bucket?list-type=2", false), ("PUT", "other-bucket/note", false), ("GET", "other-bucket/note", false));

        await Here.PlayAsync("Lease");
        Assert.True(await Aws.HasUserAsync(made.User));
        await Here.PlayAsync("Revoke");
        await Aws.OnlyAsync(before);
        await DeadAsync(made);

        var one = await Here.HandOutAsync("Credentials", "my-role", DefaultMax);
        var other = await Here.HandOutAsync("Credentials", "my-role", DefaultMax);
        Assert.NotEqual(one.User.Name, other.User.Name);
        await Here.PlayAsync("Revoke by prefix");
        await Aws.OnlyAsync(before);
        await DeadAsync(one);
        await DeadAsync(other);
    }

    private async Task LeaseTimesAsync(string[] before)
    {
        var made = await Here.HandOutAsync("Lease times", "my-role", LeaseMax);
        var renewed = await Here.PlayAsync("Renew up to the maximum");
        Assert.InRange(Printed.Duration(renewed, "lease_duration"), LeaseMax - TimeSpan.FromMinutes(2), LeaseMax);
        Assert.True(await Aws.HasUserAsync(made.User));
        await Here.PlayAsync("Revoke");
        await Aws.OnlyAsync(before);
    }

    /// <summary>Tries a key where the account decides by policies: each line is a request and whether it is allowed.</summary>
    private async Task TriesAsync(HandedOut made, params (string Method, string Target, bool IsAllowed)[] tries)
    {
        foreach (var (method, target, isAllowed) in DecidesByPolicies ? tries : [])
        {
            var refusal = await Aws.TryAsync(made.Credentials, method, target);
            Assert.True(refusal == (isAllowed ? "" : "AccessDenied"), $"{method} {target} of {made.User.Name}: '{refusal}'");
        }
    }

    private async Task DeadAsync(HandedOut made)
    {
        if (DecidesByPolicies)
        {
            Assert.Equal("InvalidAccessKeyId", await Aws.TryAsync(made.Credentials, "GET", "my-bucket/note"));
        }
    }
}
