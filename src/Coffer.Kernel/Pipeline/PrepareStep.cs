using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>
/// Lets a row ask outside systems before its handler runs: after the request is allowed and recorded, once however often the commit conflicts, and again only
/// when what it read in the store has changed.
/// </summary>
/// <param name="stopping">Cancelled at seal, which ends what is being asked.</param>
internal sealed class PrepareStep(Transactor transactions, TimeProvider clock, CancellationToken stopping)
{
    public async ValueTask RunAsync(RequestContext context, CancellationToken cancellation)
    {
        if (context.Row?.Prepare is not { } prepare || context.Refusal is not null || context.Request.Help || context.Input.Problem is not null)
        {
            return;
        }

        var asked = (context.Mounted!.Engine, prepare);
        if (context.Prepared is not { } known || known.Asked != asked || await known.Read.FindChangedAsync(cancellation) is not null)
        {
            // What it read is compared at the commit, but worked with only here.
            using var read = transactions.BeginRequest();
            context.Prepared = known = new Prepared(asked, await AskAsync(context, prepare, read, cancellation), read);
        }

        context.Work.Assume(known.Read);
    }

    private async ValueTask<Preparation> AskAsync(RequestContext context, Prepare prepare, UnitOfWork read, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limits.PreparationTimeMax, clock);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping, cancellation);
        try
        {
            return await prepare(RequestOf(context, read), ends.Token);
        }
        catch (EngineException error)
        {
            return Refuse(error.Kind, error.Message);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stopping.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return Refuse(
                ErrorKind.Unavailable,
                $"the outside system that has to be asked did not answer within {Limits.PreparationTimeMax.TotalSeconds} s; see that it can be reached, and try again");
        }
    }

    private static Preparation Refuse(ErrorKind kind, string message) => Preparation.Refuse(new Reply.Refused(new ApiError(kind, message)));

    private static PrepareRequest RequestOf(RequestContext context, UnitOfWork read)
    {
        var input = context.Input.Request;
        return new PrepareRequest
        {
            Id = input.Id,
            Operation = input.Operation,
            Path = input.Path,
            Mount = input.Mount,
            Caller = input.Caller,
            Now = input.Now,
            Fields = input.Fields,
            Data = input.Data,
            Body = input.Body,
            ContentType = input.ContentType,
            ClientCertificates = input.ClientCertificates,
            Headers = input.Headers,
            RemoteAddress = input.RemoteAddress,
            Storage = new StorageView(read, context.Mounted!.Mount.Uuid),
        };
    }
}
