using Coffer.Kernel.Background;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Kernel.Wrapping;

namespace Coffer.Kernel.Pipeline;

/// <summary>Puts an answer behind a token that opens it once.</summary>
internal sealed class WrapStep(Transactor transactions, TokenStore tokens, SystemTtl systemTtl, DueSignal due, TimeProvider clock)
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
        var info = await transactions.RunAsync(
            work => WrappingTokens.IssueAsync(
                work, tokens, systemTtl, clock.GetUtcNow(), response, context.FullPath, ttl, reply.Entrusts, CancellationToken.None), CancellationToken.None);
        due.Add(info.CreationTime + info.Ttl);
        return reply with
        {
            Wrap = info with { WrappedAccessor = reply.Shape.Auth?.Accessor ?? "" },
            Entrusts = reply.Entrusts with { WrapAccessor = info.Accessor },
        };
    }
}
