using Coffer.Walkthrough.Tests.Accounts;

namespace Coffer.Walkthrough.Tests;

/// <summary>
/// The walkthrough against moto, an account that others have written. It keeps users, keys and policies, and knows whose a key is, but it neither
/// checks signatures nor decides by policies: what a key may do is tried at the sandbox only.
/// </summary>
public sealed class MotoWalkthroughTests(MotoFixture moto) : WalkthroughTests, IClassFixture<MotoFixture>
{
    protected override bool DecidesByPolicies => false;

    protected override Task<Uri> StartAccountAsync() => moto.StartAsync();
}
