using System.Runtime.ExceptionServices;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Testing.Engines;

/// <summary>A kind of secret at an outside system: notes each call of the kernel, and can leave the creation to the test.</summary>
internal sealed class WatchedDynamicSecret(IDynamicSecret inner, EngineHarness harness) : IDynamicSecret
{
    public string Name => inner.Name;

    public async ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
    {
        var ask = harness.AskOfLease(context.LeaseId);
        ask.Secret = context;
        if (ask.OnlyPlans)
        {
            throw new EngineException(FailureClass.Invalid, "the test makes the secret itself") { NothingMade = true };
        }

        harness.Note(new SecretCall(SecretStep.Create, context, plan));
        try
        {
            return ask.Created = await inner.CreateAsync(context, plan, cancellation);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            ask.Failure = ExceptionDispatchInfo.Capture(error);
            throw;
        }
    }

    public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation)
    {
        harness.Note(new SecretCall(SecretStep.Renew, context, plan) { Increment = increment });
        return inner.RenewAsync(context, plan, increment, cancellation);
    }

    public ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
    {
        harness.Note(new SecretCall(SecretStep.Revoke, context, plan));
        return inner.RevokeAsync(context, plan, cancellation);
    }
}
