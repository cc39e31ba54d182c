using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Testing.Engines;

/// <summary>
/// One lease under test. Its steps ask the engine itself, with the context that the kernel has made, so that each may be repeated or left out, as after a crash.
/// </summary>
public sealed class HarnessLease
{
    private readonly EngineHarness _harness;
    private readonly SecretContext _context;

    internal HarnessLease(EngineHarness harness, SecretContext context, Reply.Leased reply)
    {
        (_harness, _context, Reply) = (harness, context, reply);
    }

    public string Id => _context.LeaseId;

    public LeasePlan Plan => Reply.Plan;

    /// <summary>The reply that planned it, with its warnings.</summary>
    public Reply.Leased Reply { get; }

    /// <summary>What was made last; null when nothing was.</summary>
    public CreatedSecret? Created { get; internal set; }

    public async Task<CreatedSecret> CreateAsync()
    {
        var (secret, context) = await StepAsync();
        return Created = await secret.CreateAsync(context, Plan, CancellationToken.None);
    }

    public async Task<Renewal> RenewAsync(TimeSpan increment)
    {
        var (secret, context) = await StepAsync();
        return await secret.RenewAsync(context, Plan, increment, CancellationToken.None);
    }

    public async Task RevokeAsync()
    {
        var (secret, context) = await StepAsync();
        await secret.RevokeAsync(context, Plan, CancellationToken.None);
    }

    private async Task<(IDynamicSecret Secret, SecretContext Context)> StepAsync()
    {
        var engine = await _harness.EngineAsync();
        var secret = engine.Secrets.OfType<IDynamicSecret>().Single(secret => secret.Name == Plan.Secret);
        return (secret, _context with { Mount = await _harness.MountAsync(), Now = _harness.Clock.GetUtcNow() });
    }
}
