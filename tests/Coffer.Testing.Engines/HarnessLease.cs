using Coffer.Kernel.Leases;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Testing.Engines;

/// <summary>One lease under test.</summary>
/// <remarks>
/// <see cref="CreateAsync"/>, <see cref="RenewAsync"/> and <see cref="RevokeAsync"/> call the engine itself, past the kernel, so that each can be repeated or left out
/// as after a crash; the kernel's own lease stays as it is. <see cref="ClientRenewsAsync"/> and <see cref="ClientRevokesAsync"/> go through the kernel.
/// </remarks>
public sealed class HarnessLease
{
    private readonly EngineHarness _harness;
    private readonly SecretContext _context;

    internal HarnessLease(EngineHarness harness, SecretContext context, Reply reply, LeasePlan plan)
    {
        (_harness, _context, Reply, Plan) = (harness, context, reply, plan);
    }

    /// <summary>The lease's id, as clients get it.</summary>
    public string Id => _context.LeaseId;

    /// <summary>What the handler planned. See <see cref="StoredAsync"/> for what is kept of it.</summary>
    public LeasePlan Plan { get; }

    /// <summary>The handler's reply, with its warnings: <see cref="Reply.Leased"/> or <see cref="Reply.LeasedData"/>.</summary>
    public Reply Reply { get; }

    /// <summary>The secret that was made last, as the client gets it; null when none was.</summary>
    public CreatedSecret? Created { get; internal set; }

    /// <summary>Calls of the kernel to the engine for this lease, oldest first. The steps that a test takes past the kernel are not among them.</summary>
    public IReadOnlyList<SecretCall> Calls => [.. _harness.SecretCalls.Where(call => call.Context.LeaseId == Id)];

    /// <summary>What the kernel keeps of the lease now; null when it knows no such lease.</summary>
    public async Task<StoredLease?> StoredAsync()
    {
        var work = (await _harness.TransactionsAsync()).Begin();
        return await LeaseStore.GetAsync(work, Id, CancellationToken.None) is { } record
            ? new StoredLease(record.ToPlan(), record.ExpireTime, record.LastError)
            : null;
    }

    /// <summary>Renews the lease as a client does, at <c>sys/leases/renew</c>.</summary>
    /// <param name="increment">The life from now that the client wishes for, in whole seconds; zero for no wish.</param>
    /// <returns>The whole answer as data, with <c>lease_duration</c> in seconds; or the refusal.</returns>
    public Task<Reply> ClientRenewsAsync(TimeSpan increment) =>
        _harness.AskKernelAsync(Operation.Update, "sys/leases/renew", $$"""{"lease_id":"{{Id}}","increment":{{(long)increment.TotalSeconds}}}""");

    /// <summary>Revokes the lease as a client does, at <c>sys/leases/revoke</c>, and waits until it is revoked or that has failed.</summary>
    /// <returns>Empty; or the refusal, which names the engine's error.</returns>
    public Task<Reply> ClientRevokesAsync() => _harness.AskKernelAsync(Operation.Update, "sys/leases/revoke", $$"""{"lease_id":"{{Id}}"}""");

    /// <summary>Has the engine make the secret that was planned.</summary>
    /// <exception cref="EngineException">The engine could not make it.</exception>
    public Task<CreatedSecret> CreateAsync() => _harness.CountedAsync(async () =>
    {
        var secret = await KindAsync() as IDynamicSecret
            ?? throw new InvalidOperationException($"a handler makes a secret of kind \"{Plan.Secret}\" itself, with its lease: ask the path again");
        return Created = await secret.CreateAsync(await ContextAsync(), Plan, CancellationToken.None);
    });

    /// <summary>Asks the engine for how long the lease may live on, with the plan as it would be stored.</summary>
    /// <param name="increment">The life from now that a client wishes for.</param>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public Task<Renewal> RenewAsync(TimeSpan increment) =>
        _harness.CountedAsync(async () => await (await KindAsync()).RenewAsync(await ContextAsync(), Kept, increment, CancellationToken.None));

    /// <summary>Has the engine take the secret away, with the plan as it would be stored. A secret of the store goes in a commit of its own.</summary>
    /// <exception cref="EngineException">The engine could not take it away.</exception>
    public Task RevokeAsync() => _harness.CountedAsync(async () =>
    {
        var context = await ContextAsync();
        switch (await KindAsync())
        {
            case IDynamicSecret secret:
                await secret.RevokeAsync(context, Kept, CancellationToken.None);
                break;
            case IStoredSecret secret:
                await _harness.CommitAsync(storage => secret.RevokeAsync(context, storage, Kept, CancellationToken.None));
                break;
        }

        return true;
    });

    /// <summary>The plan without what is not stored.</summary>
    private LeasePlan Kept => Plan with { Ttl = TimeSpan.Zero };

    private async Task<ISecretKind> KindAsync() => (await _harness.EngineAsync()).Secrets.Single(secret => secret.Name == Plan.Secret);

    private async Task<SecretContext> ContextAsync() => _context with { Mount = await _harness.MountAsync(), Now = _harness.Clock.GetUtcNow() };
}
