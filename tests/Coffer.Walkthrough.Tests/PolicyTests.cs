using Coffer.AwsSandbox;
using Coffer.Walkthrough.Tests.Running;

namespace Coffer.Walkthrough.Tests;

/// <summary>Who may read which credentials. What AWS is behind it makes no difference, so the sandbox does.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task A_token_that_may_read_one_role_gets_its_credentials_and_is_refused_the_others()
    {
        await using var account = await SandboxAccount.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var session = await Session.StartAsync(account.Url, TimeProvider.System, TestContext.Current.CancellationToken);
        await session.PlayAsync("AWS engine");
        await session.PlayAsync("Roles");
        session.Terminal.Export("WEBAPP_TOKEN", (await session.PlayAsync("A policy")).Trim());
        await session.HandOutAsync("What the policy grants", "webapp", TimeSpan.FromHours(768));

        var before = await session.Aws.UserNamesAsync();
        await session.PlayAsync("What it does not");
        Assert.Equal(before, await session.Aws.UserNamesAsync());
    }
}
