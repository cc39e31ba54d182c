using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Testing.Engines;

/// <summary>One lease under test, driven step by step: each step may be repeated or left out, as after a crash.</summary>
public sealed class HarnessLease(EngineHarness harness, string id, Reply.Leased reply, DateTimeOffset issued)
{
    public string Id => id;

    public LeasePlan Plan => reply.Plan;

    /// <summary>The reply that planned it, with its warnings.</summary>
    public Reply.Leased Reply => reply;

    /// <summary>What the last <see cref="CreateAsync"/> made; null before.</summary>
    public CreatedSecret? Created { get; private set; }

    public async Task<CreatedSecret> CreateAsync() =>
        Created = await Secret.CreateAsync(Context, Plan, TestContext.Current.CancellationToken);

    public Task<Renewal> RenewAsync(TimeSpan increment) =>
        Secret.RenewAsync(Context, Plan, increment, TestContext.Current.CancellationToken).AsTask();

    public Task RevokeAsync() => Secret.RevokeAsync(Context, Plan, TestContext.Current.CancellationToken).AsTask();

    private IDynamicSecret Secret => (IDynamicSecret)Assert.Single(harness.Engine.Secrets, secret => secret.Name == Plan.Secret);

    private SecretContext Context =>
        new(id, harness.Mount, harness.Store, issued, harness.Clock.GetUtcNow());
}
