using Coffer.AwsSandbox;

namespace Coffer.Walkthrough.Tests;

/// <summary>The walkthrough against the local AWS account that comes with Coffer. It checks signatures and decides by policies.</summary>
public sealed class SandboxWalkthroughTests : WalkthroughTests
{
    private SandboxAccount? _sandbox;

    protected override bool DecidesByPolicies => true;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }
    }

    protected override async Task<Uri> StartAccountAsync()
    {
        _sandbox = await SandboxAccount.StartAsync(cancellation: TestContext.Current.CancellationToken);
        return _sandbox.Url;
    }
}
