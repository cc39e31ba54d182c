using Coffer.Kernel.Background;
using Coffer.Kernel.Revocation;

namespace Coffer.Kernel.Pipeline;

/// <summary>What follows the commit of a request, once.</summary>
/// <param name="abort">Cancelled when sealing no longer waits for what runs. A client that goes away stops nothing after the commit.</param>
internal sealed class EffectStep(LeaseRevoker revoker, DueSignal due, CancellationToken abort)
{
    /// <returns>The reply, or the one that its effect gives in its place.</returns>
    public async ValueTask<KernelReply> RunAsync(RequestContext context, KernelReply reply)
    {
        due.Add(context.Caller?.Token.Due ?? DateTimeOffset.MaxValue);
        return reply.Effect is { } effect && await effect(abort) is { } instead ? KernelReply.Of(instead) : reply;
    }

    /// <summary>A token whose last use this was ends with its request.</summary>
    public async ValueTask EndSpentTokenAsync(RequestContext context)
    {
        if (context.Caller is { Token: { IsBatch: false, NumUses: < 0 } token })
        {
            await revoker.RevokeTokenAsync(token.Accessor, abort);
        }
    }
}
