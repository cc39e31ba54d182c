using Coffer.Kernel.Tokens;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Token to caller. Unknown and expired tokens look alike. A use of a token is spent here, and stays spent whatever follows.</summary>
internal sealed class WhoStep(Authenticator who)
{
    public async ValueTask RunAsync(RequestContext context, CancellationToken cancellation)
    {
        var request = context.Request;
        if (context.Row is { Unauthenticated: true } open)
        {
            context.Guest = open.SpendsNoUse && request.Token.Length > 0
                ? await who.FindAsync(context.Work, request.Token, request.RemoteAddress, spend: false, cancellation)
                : null;
            return;
        }

        var (look, caller) = await who.IdentifyAsync(context.Work, request.Token, request.RemoteAddress, spend: true, cancellation);
        context.Work.Mark();
        context.Caller = caller;
        if (caller is null)
        {
            context.Refusal = ApiError.PermissionDenied;
            context.Denial = ExplainStep.OfToken(context, look);
        }
    }
}
