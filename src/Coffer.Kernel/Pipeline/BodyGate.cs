using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Transactions;
using Coffer.Storage;

namespace Coffer.Kernel.Pipeline;

/// <summary>Looks at who sends a request before its body is taken in. Decides nothing else: the request goes its usual way afterwards.</summary>
internal sealed class BodyGate(KernelServices services)
{
    /// <summary>Whether the row of a request takes the body unparsed.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    public async ValueTask<bool> TakesRawAsync(ApiRequest head, CancellationToken cancellation) =>
        (await RouterAsync(services.Transactions.Begin(), cancellation)).Route(head.Path, listing: false) is { Match.Path: { } row } && row.RawContentTypes.Contains(head.ContentType);

    /// <param name="head">The request without its body.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    public async ValueTask<BodySender> SenderOfAsync(ApiRequest head, CancellationToken cancellation)
    {
        var work = services.Transactions.Begin();
        if (head.Token.Length > 0 && await services.Who.FindAsync(work, head.Token, head.RemoteAddress, spend: false, cancellation) is not null)
        {
            return BodySender.TokenHolder;
        }

        var router = await RouterAsync(work, cancellation);
        return router.Route(head.Path, listing: false) is { Match.Path.Unauthenticated: true } ? BodySender.Stranger : BodySender.Refused;
    }

    private async ValueTask<Router> RouterAsync(UnitOfWork work, CancellationToken cancellation)
    {
        var table = await work.GetAsync(MountTable.StorageKey, KernelJson.Default.MountTable, cancellation)
            ?? throw new StoreUnavailableException("the mount table is missing from the store");
        return services.Routers.For(table);
    }
}
