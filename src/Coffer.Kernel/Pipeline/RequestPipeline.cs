using Coffer.Kernel.Requests;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>The way of every request on an unsealed server. Limits and parsing come before it (the server's HTTP side), the seal gate too.</summary>
/// <remarks>It has a parameter for each of its steps, in their order: naming them is all that it does.</remarks>
internal sealed class RequestPipeline(
    Transactor transactions, IRandom random, TimeProvider clock,
    RouteStep route, QuotaStep quota, WhoStep who, LeaseStep lease, AuditStep audit, PrepareStep prepare, HandleStep handle, PlanStep plan,
    EffectStep effect, ExplainStep explain, WrapStep wrap)
{
    /// <summary>Names every step in order. What is read up to the commit may change until then, and the steps from route on run again; nothing below the commit runs twice.</summary>
    public async ValueTask<ApiReply> HandleAsync(RunningRequest request, CancellationToken cancellation)
    {
        using var context = new RequestContext(request.Request, clock.GetUtcNow(), random);
        KernelReply? reply = null;
        EntryTurn? turn = null;
        try
        {
            for (var attempt = 1; reply is null; attempt++)
            {
                context.Begin(transactions.BeginRequest(turn));
                try
                {
                    await route.RunAsync(context, cancellation);
                    request.LeadsTo(context.Mounted?.Mount.Type, context.Mounted?.Mount.Path);
                    if (await quota.RefuseAsync(context, cancellation) is { } limited)
                    {
                        return limited;
                    }

                    await who.RunAsync(context, cancellation);
                    await lease.FindOwnerEndAsync(context, cancellation);
                    await MayStep.RunAsync(context, cancellation);
                    await audit.RecordRequestAsync(context, cancellation);
                    await prepare.RunAsync(context, cancellation);
                    var handled = await handle.RunAsync(context, cancellation);
                    var counted = await quota.TakePlaceAsync(context, handled, cancellation);
                    var planned = await plan.RunAsync(context, counted, cancellation);
                    reply = await CommitAsync(context, planned);
                }
                catch (ConflictException)
                {
                    // Changed under way: the same as a commit that failed.
                }

                if (reply is null)
                {
                    GiveBackPlace(context);
                    if (attempt >= Limits.CommitAttemptsMax)
                    {
                        return ApiReply.Error(ErrorKind.Unavailable, "the same entries were changed by others too often; try again");
                    }

                    turn = await transactions.TakeTurnAsync(context.Work, attempt, cancellation);
                }
            }
        }
        catch (ContendedException contended)
        {
            return ApiReply.Error(ErrorKind.Unavailable, contended.Message);
        }
        finally
        {
            turn?.Dispose();

            // Kept also when the outcome is not known: a place that is counted for nothing is found when the leases are counted again.
            context.Place?.Settle(made: true);
        }

        // The point of no return: nothing is taken back from here on, so the client's going away stops nothing either.
        var finished = await effect.RunAsync(context, reply);
        await effect.EndSpentTokenAsync(context);
        explain.Remember(context);
        var answer = await wrap.WrapAsync(context, ParameterWarnings.AddTo(context, finished));
        await audit.RecordAnswerAsync(context, answer);
        return answer.ToReply(context) with { Share = context.Work.HandOver() };
    }

    /// <returns>Null when something that was read has changed: the request runs again.</returns>
    private static async ValueTask<KernelReply?> CommitAsync(RequestContext context, KernelReply reply)
    {
        if (reply.IsRefusal)
        {
            context.Work.ForgetSinceMark();
        }

        return await context.Work.CommitAsync() ? reply : null;
    }

    private static void GiveBackPlace(RequestContext context)
    {
        context.Place?.Settle(made: false);
        context.Place = null;
    }
}
