using Coffer.Kernel.Wrapping;

namespace Coffer.Kernel.Pipeline;

/// <summary>Puts an answer behind a token that opens it once.</summary>
internal sealed class WrapStep(KernelServices services)
{
    public async ValueTask<Outcome> WrapAsync(Way way, Outcome outcome)
    {
        if (way.Request.WrapTtl is not { } ttl || !outcome.CanBeWrapped)
        {
            return outcome;
        }

        if (way.Caller is null && outcome.Shape.Auth is null)
        {
            // What anybody may read needs no wrapping, and strangers must not fill the store with tokens: only what they log in with is wrapped.
            return outcome;
        }

        var response = outcome.ToEnvelope(way).Write();
        var info = await services.Transactions.RunAsync(
            work => WrappingTokens.IssueAsync(services, work, response, way.FullPath, ttl, outcome.Entrusts, CancellationToken.None), CancellationToken.None);
        services.Due.Add(info.CreationTime + info.Ttl);
        return outcome with
        {
            Wrap = info with { WrappedAccessor = outcome.Shape.Auth?.Accessor ?? "" },
            Entrusts = outcome.Entrusts with { WrapAccessor = info.Accessor },
        };
    }
}
