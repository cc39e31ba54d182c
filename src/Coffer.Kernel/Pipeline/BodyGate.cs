using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Storage;

namespace Coffer.Kernel.Pipeline;

/// <summary>Looks at who sends a request before its body is taken in. Decides nothing else: the request goes its usual way afterwards.</summary>
internal sealed class BodyGate(Transactor transactions, RouterFactory routers, Authenticator who)
{
    /// <summary>Whether the row of a request takes the body unparsed.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    public async ValueTask<bool> TakesRawAsync(ApiRequest head, CancellationToken cancellation) =>
        (await routers.ReadAsync(transactions.Begin(), cancellation)).Route(head.Path, listing: false) is { Match.Path: { } row } && row.RawContentTypes.Contains(head.ContentType);

    /// <param name="head">The request without its body.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    public async ValueTask<BodySender> SenderOfAsync(ApiRequest head, CancellationToken cancellation)
    {
        var work = transactions.Begin();
        if (head.Token.Length > 0 && await who.FindAsync(work, head.Token, head.RemoteAddress, spend: false, cancellation) is not null)
        {
            return BodySender.TokenHolder;
        }

        var router = await routers.ReadAsync(work, cancellation);
        return router.Route(head.Path, listing: false) is { Match.Path.Unauthenticated: true } ? BodySender.Stranger : BodySender.Refused;
    }
}
