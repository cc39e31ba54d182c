using Coffer.Kernel.Wrapping;

namespace Coffer.Kernel.Pipeline;

/// <summary>Puts an answer behind a token that opens it once.</summary>
internal sealed class WrapStep(KernelServices services)
{
    public async ValueTask<KernelReply> WrapAsync(RequestContext context, KernelReply reply)
    {
        if (context.Request.WrapTtl is not { } ttl || !reply.CanBeWrapped)
        {
            return reply;
        }

        if (context.Caller is null && reply.Shape.Auth is null)
        {
            // What anybody may read needs no wrapping, and strangers must not fill the store with tokens: only what they log in with is wrapped.
            return reply;
        }

        var response = reply.ToEnvelope(context).Write();
        var info = await services.Transactions.RunAsync(
            work => WrappingTokens.IssueAsync(
                work, services.Tokens, services.SystemTtl, services.Clock.GetUtcNow(), response, context.FullPath, ttl, reply.Entrusts, CancellationToken.None), CancellationToken.None);
        services.Due.Add(info.CreationTime + info.Ttl);
        return reply with
        {
            Wrap = info with { WrappedAccessor = reply.Shape.Auth?.Accessor ?? "" },
            Entrusts = reply.Entrusts with { WrapAccessor = info.Accessor },
        };
    }
}
