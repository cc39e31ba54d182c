using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>The way of every request on an unsealed server. Limits and parsing come before it (the server's HTTP side), the seal gate too.</summary>
internal sealed class RequestPipeline
{
    private readonly KernelServices _services;
    private readonly ExplainStep _explain;
    private readonly RouteStep _route;
    private readonly QuotaStep _quota;
    private readonly WhoStep _who;
    private readonly PrepareStep _prepare;
    private readonly LeaseStep _lease;
    private readonly LoginStep _login;
    private readonly WrapStep _wrap;

    public RequestPipeline(KernelServices services)
    {
        _services = services;
        _explain = new ExplainStep(services);
        _route = new RouteStep(services);
        _quota = new QuotaStep(services);
        _who = new WhoStep(services);
        _prepare = new PrepareStep(services);
        _lease = new LeaseStep(services);
        _login = new LoginStep(services);
        _wrap = new WrapStep(services);
    }

    /// <summary>Names every step in order. What is read up to the commit may change until then, and the steps from route on run again; nothing below the commit runs twice.</summary>
    public async ValueTask<ApiReply> HandleAsync(ApiRequest request, CancellationToken cancellation)
    {
        using var context = new RequestContext(request, _services);
        KernelReply? reply = null;
        EntryTurn? turn = null;
        try
        {
            for (var attempt = 1; reply is null; attempt++)
            {
                context.Begin(_services.Transactions.BeginRequest(turn));
                try
                {
                    await _route.RunAsync(context, cancellation);
                    if (await _quota.RefuseAsync(context, cancellation) is { } limited)
                    {
                        return limited;
                    }

                    await _who.RunAsync(context, cancellation);
                    await _lease.FindOwnerEndAsync(context, cancellation);
                    await MayStep.RunAsync(context, cancellation);
                    await AuditInAsync(context, cancellation);
                    await _prepare.RunAsync(context, cancellation);
                    var handled = await HandleAsync(context, cancellation);
                    var counted = await _quota.TakePlaceAsync(context, handled, cancellation);
                    var planned = await PlanAsync(context, counted, cancellation);
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

                    turn = await _services.Transactions.TakeTurnAsync(context.Work, attempt, cancellation);
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
        var finished = await EffectAsync(context, reply);
        await EndSpentTokenAsync(context);
        _explain.Remember(context);
        var answer = await _wrap.WrapAsync(context, ParameterWarnings.AddTo(context, finished));
        if (_services.Audit.IsOn)
        {
            await _services.Audit.ResponseAsync(answer.EventOf(context), CancellationToken.None);
        }

        return answer.ToReply(context) with { Share = context.Work.HandOver() };
    }

    /// <summary>What cannot be recorded does not run.</summary>
    private async ValueTask AuditInAsync(RequestContext context, CancellationToken cancellation)
    {
        if (context.IsAudited)
        {
            return;
        }

        if (await _services.Audit.IsOnAsync(context.Work, cancellation))
        {
            await _services.Audit.RequestAsync(context.Event, cancellation);
        }

        context.IsAudited = true;
    }

    private async ValueTask<Reply> HandleAsync(RequestContext context, CancellationToken cancellation)
    {
        if (context.Refusal is { } refusal)
        {
            return new Reply.Refused(refusal);
        }

        if (context.Request.Help)
        {
            return PathHelp.Of(context.Mounted!, context.Row, context.Below, _services.Version);
        }

        return context.Input.Problem is { } problem ? Reply.Invalid(problem)
            : context.Prepared?.Outcome is Preparation.Refused refused ? refused.Reply
            : await context.Row!.HandlerOf(context.Operation)!(context.Input.Request, cancellation);
    }

    /// <summary>Puts into the unit of work what has to be true before the effect of a reply begins: the lease of a secret, the token of a login, the rotation.</summary>
    private async ValueTask<KernelReply> PlanAsync(RequestContext context, Reply reply, CancellationToken cancellation) => reply switch
    {
        Reply.Leased leased => await _lease.PlanAsync(context, leased, cancellation),
        Reply.LeasedData stored => _lease.Store(context, stored),
        Reply.Login login => await _login.IssueAsync(context, login, cancellation),
        Reply.Run run => await PlanRunAsync(context, run, cancellation),
        Reply.Refused { FailedLogin.Length: > 0 } failed => _login.Fail(context, failed),
        _ => KernelReply.Of(reply),
    };

    private async ValueTask<KernelReply> PlanRunAsync(RequestContext context, Reply.Run run, CancellationToken cancellation)
    {
        var name = new TaskName(context.Mounted!.Mount.Uuid, run.Task, run.Argument);
        await TaskStore.HurryAsync(context.Work, name, context.Now, cancellation);
        return new KernelReply(run) { Effect = async _ => await _services.Tasks.RunAsync(name) };
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

    private async ValueTask<KernelReply> EffectAsync(RequestContext context, KernelReply reply)
    {
        _services.Due.Add(context.Caller?.Token.Due ?? DateTimeOffset.MaxValue);
        return reply.Effect is { } effect && await effect(_services.Abort) is { } instead ? KernelReply.Of(instead) : reply;
    }

    /// <summary>A token whose last use this was ends with its request.</summary>
    private async ValueTask EndSpentTokenAsync(RequestContext context)
    {
        if (context.Caller is { Token: { IsBatch: false, NumUses: < 0 } token })
        {
            await _services.Revoker.RevokeTokenAsync(token.Accessor, _services.Abort);
        }
    }

    private static void GiveBackPlace(RequestContext context)
    {
        context.Place?.Settle(made: false);
        context.Place = null;
    }
}
