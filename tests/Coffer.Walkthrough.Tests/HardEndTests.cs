using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;
using Coffer.Walkthrough.Tests.Running;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Walkthrough.Tests;

/// <summary>AWS itself ends a key's life: nobody has to be there to take it away.</summary>
public sealed class HardEndTests
{
    private const string Allowed = "my-bucket/note";

    [Fact]
    public async Task With_the_server_killed_a_key_is_refused_after_its_hard_end_and_the_user_is_still_there()
    {
        // The account's clock shows the server's time until the server is gone; then the test moves it and does not wait.
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var account = await SandboxAccount.StartAsync(new SandboxOptions { Clock = clock }, TestContext.Current.CancellationToken);
        await using var session = await Session.StartAsync(account.Url, clock, TestContext.Current.CancellationToken);
        await session.PlayAsync("AWS engine");
        var made = await session.HandOutAsync("Lease times", "my-role", TimeSpan.FromHours(2));
        await session.Aws.MakeBucketAsync("my-bucket");
        Assert.Equal("", await session.Aws.TryAsync(made.Credentials, "PUT", Allowed));

        await session.Server.KillAsync();
        Assert.Equal("", await session.Aws.TryAsync(made.Credentials, "GET", Allowed));
        clock.SetUtcNow(made.HardEnd);
        Assert.Equal("", await session.Aws.TryAsync(made.Credentials, "GET", Allowed));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("AccessDenied", await session.Aws.TryAsync(made.Credentials, "GET", Allowed));
        Assert.Equal("AccessDenied", await session.Aws.TryAsync(made.Credentials, "PUT", Allowed));

        Assert.True(await session.Aws.HasUserAsync(made.User));
        Assert.EndsWith($"/{made.User.Name}", (await session.Aws.IdentityAsync(made.Credentials)).Arn, StringComparison.Ordinal);
    }
}
