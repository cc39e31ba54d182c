using Coffer.Kernel.Mounts;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Rotations;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.Pipeline;

/// <summary>
/// The way of every request on an unsealed server, in order: route, quota, who, may, audit in, handle, commit, lease, wrap, audit out, reply. Limits and
/// parsing come before (the server's HTTP side), the seal gate too.
/// </summary>
/// <remarks>
/// Everything up to the commit is one unit of work and runs again when what it read has changed. What reaches beyond the store comes after.
/// </remarks>
internal sealed class RequestPipeline(KernelServices services)
{
    private readonly ExplainStep _explain = new(services);
    private readonly QuotaStep _quota = new(services);
    private readonly LeaseStep _lease = new(services);
    private readonly LoginStep _login = new(services);
    private readonly WrapStep _wrap = new(services);

    public async ValueTask<ApiReply> HandleAsync(ApiRequest request, CancellationToken cancellation)
    {
        var audited = false;
        RateVerdict? rate = null;
        EntryTurn? turn = null;
        try
        {
            for (var attempt = 1; attempt <= Limits.CommitAttemptsMax; attempt++)
            {
                var work = services.Transactions.Begin(turn);
                try
                {
                    var way = await RouteAsync(request, work, cancellation);
                    work.Frees = FreeingRequests.Contains(way);
                    rate ??= await _quota.JudgeAsync(way, cancellation);
                    if (rate.Value.Refusal is { } refused)
                    {
                        return refused with { Headers = rate.Value.Headers };
                    }

                    way = await WhoAsync(way, cancellation);
                    way = await MayAsync(way, cancellation);
                    if (!audited)
                    {
                        await services.Audit.RequestAsync(work, way.Event, cancellation);
                        audited = true;
                    }

                    if (await AnswerAsync(way, cancellation) is { } reply)
                    {
                        return rate.Value.Headers.IsDefaultOrEmpty ? reply : reply with { Headers = [.. rate.Value.Headers, .. reply.Headers] };
                    }
                }
                catch (ConflictException)
                {
                    // Changed under way: the same as a commit that failed.
                }

                turn = await services.Transactions.TakeTurnAsync(work, cancellation);
            }
        }
        catch (ContendedException contended)
        {
            return ApiReply.Error(ErrorKind.Unavailable, contended.Message);
        }
        finally
        {
            turn?.Dispose();
        }

        return ApiReply.Error(ErrorKind.Unavailable, "the same entries were changed by others too often; try again");
    }

    /// <summary>Finds mount, path and operation. A path that leads nowhere is refused only once the caller is known.</summary>
    private async ValueTask<Way> RouteAsync(ApiRequest request, UnitOfWork work, CancellationToken cancellation)
    {
        var table = await work.GetAsync(MountTable.StorageKey, KernelJson.Default.MountTable, cancellation)
            ?? throw new StoreUnavailableException("the mount table is missing from the store");
        var router = services.Routers.For(table);
        var route = router.Route(request.Path, request.Operation == Operation.List);
        if (route.Mounted is null || route.Mounted.Mount.Draining)
        {
            return new Way(request, work, router, route with { Mounted = null, Below = "", Match = null })
            {
                Operation = request.Operation,
                Refusal = new ApiError(ErrorKind.NotFound, $"no handler for route '{route.FullPath}'"),
            };
        }

        if (request.Help && route.Below.Length == 0)
        {
            // Help on the mount itself, also where a path takes every ending.
            return new Way(request, work, router, route with { Match = null }) { Operation = request.Operation };
        }

        var way = new Way(request, work, router, route) { Operation = request.Operation };
        if (way.Path is not { } found)
        {
            return way with { Refusal = Refusals.UnsupportedPath };
        }

        if (found.HandlerOf(request.Operation) is not null || request.Help)
        {
            return way;
        }

        // Only a path that takes any ending knows the folder that a listing names.
        return request.Operation == Operation.List && !found.Template.EndsWith("...}", StringComparison.Ordinal)
            ? way with { Refusal = Refusals.UnsupportedPath }
            : way with { Refusal = Refusals.UnsupportedOperation };
    }

    /// <summary>Token to caller. Unknown and expired look alike.</summary>
    private async ValueTask<Way> WhoAsync(Way way, CancellationToken cancellation)
    {
        if (way.Path is { Unauthenticated: true })
        {
            return way;
        }

        var (look, caller) = await services.Who.IdentifyAsync(way.Work, way.Request.Token, way.Request.RemoteAddress, spend: true, cancellation);
        way.Work.Mark();
        return caller is null ? way with { Refusal = ApiError.PermissionDenied, Denial = _explain.OfToken(way, look) } : way with { Caller = caller };
    }

    /// <summary>Whether the caller's policies allow it: one matcher for every operation.</summary>
    private async ValueTask<Way> MayAsync(Way way, CancellationToken cancellation)
    {
        if (way.Caller is null)
        {
            return way;
        }

        var decision = Decide(way, AclOperationOf(way));
        if (way.Operation == Operation.Update && way.Path?.Exists is { } exists && way.Refusal is null)
        {
            var create = Decide(way, AclOperation.Create);
            if (!decision.IsAllowed && !create.IsAllowed)
            {
                // Whether something is there is not looked up for a token that may not write either way, so that nothing can tell it.
                decision = AclDecision.RefuseWrite(decision, create);
            }
            else if (!await exists(RequestOf(way).Value, cancellation))
            {
                way = way with { Operation = Operation.Create };
                decision = create;
            }
        }

        way = way with { Decision = decision };
        return decision.IsAllowed ? way : way with { Refusal = Refusals.Denied, Denial = _explain.OfDecision(way, way.Caller!, decision) };
    }

    private static AclDecision Decide(Way way, AclOperation operation) => way.Caller!.Acl.Decide(way.Route.Ask(operation) with
    {
        Data = way.Request.Data,
        WrapTtl = way.Request.WrapTtl,
    });

    /// <summary>Runs the handler and commits. Null: something changed, run again.</summary>
    private async ValueTask<ApiReply?> AnswerAsync(Way way, CancellationToken cancellation)
    {
        if (way.Refusal is not null)
        {
            return await FinishAsync(way, new Reply.Refused(way.Refusal), request: null, cancellation);
        }

        if (way.Request.Help)
        {
            return await FinishAsync(way, PathHelp.Of(way.Mounted!, way.Path, way.Below, services.Version), request: null, cancellation);
        }

        var request = RequestOf(way);
        var reply = request.Problem is { } problem
            ? Reply.Invalid(problem)
            : await way.Path!.HandlerOf(way.Operation)!(request.Value, cancellation);
        return await FinishAsync(way, reply, request.Value, cancellation);
    }

    private async ValueTask<ApiReply?> FinishAsync(Way way, Reply reply, KernelRequest? request, CancellationToken cancellation)
    {
        if (!MakesLease(way, reply))
        {
            return await CommitAsync(way, reply, request, cancellation);
        }

        var place = await _quota.PlaceAsync(way, cancellation);
        if (place.Count is not { } count)
        {
            return await CommitAsync(way, place.Refusal is { } none ? new Reply.Refused(none) : reply, request, cancellation);
        }

        // Whatever else happens on the way, there may be a lease: one that is counted and not there is found out by counting anew.
        var made = true;
        try
        {
            var answer = await CommitAsync(way, reply, request, cancellation);
            made = answer is not null;
            return answer;
        }
        catch (ConflictException)
        {
            made = false;
            throw;
        }
        finally
        {
            count.Settle(made);
        }
    }

    private static bool MakesLease(Way way, Reply reply) => reply is Reply.Leased or Reply.Login
        || (reply is not Reply.Refused && way.Mounted?.Mount.Type == "token" && way.Below.StartsWith("create", StringComparison.Ordinal));

    private async ValueTask<ApiReply?> CommitAsync(Way way, Reply reply, KernelRequest? request, CancellationToken cancellation)
    {
        var outcome = new Outcome(reply, request?.Shape ?? ReplyShape.Usual);
        switch (reply)
        {
            case Reply.Refused:
                way.Work.ForgetSinceMark();
                break;
            case Reply.Leased leased:
                if (await _lease.RunAsync(way, leased, request!.LeaseId, cancellation) is not { } made)
                {
                    return null;
                }

                await EndSpentTokenAsync(way);
                return await SendAsync(way, made with { Entrusts = new Entrusted(made.Shape.LeaseId) });
            case Reply.Rotating rotating:
                MountRotations.Begin(way.Work, way.Mounted!.Mount.Uuid, rotating.Rotation);
                if (!await way.Work.CommitAsync())
                {
                    return null;
                }

                outcome = new Outcome(await services.Rotations.RunAsync(way.Mounted.Mount.Uuid, rotating.Rotation), ReplyShape.Usual);
                await EndSpentTokenAsync(way);
                return await SendAsync(way, outcome);
            case Reply.Login login:
                outcome = await _login.IssueAsync(way, login, cancellation);
                if (outcome.Reply is Reply.Refused)
                {
                    way.Work.ForgetSinceMark();
                }

                break;
        }

        if (!await way.Work.CommitAsync())
        {
            return null;
        }

        outcome = _login.Settle(way, reply, outcome);

        // From here on nothing is taken back, so the client's going away stops nothing either.
        services.Due.Add(way.Caller?.Token.Due ?? DateTimeOffset.MaxValue);
        if (reply is Reply.Login && outcome.Reply is not Reply.Refused)
        {
            services.Counters.TokenCreations.Add();
        }

        if (reply is not Reply.Refused && request?.AfterCommit is { } after)
        {
            outcome = await after(services.Abort) is { } instead ? new Outcome(instead, request.Shape) : outcome with { Shape = request.Shape };
        }

        await EndSpentTokenAsync(way);
        return await SendAsync(way, MakesLease(way, reply) ? outcome with { Entrusts = new Entrusted("", outcome.Shape.Auth?.Accessor ?? "") } : outcome with { Entrusts = outcome.Shape.Entrusts });
    }

    private async ValueTask EndSpentTokenAsync(Way way)
    {
        if (way.Caller is { Token: { IsBatch: false, NumUses: < 0 } token })
        {
            await services.Revoker.RevokeTokenAsync(token.Accessor, services.Abort);
        }
    }

    private async ValueTask<ApiReply> SendAsync(Way way, Outcome outcome)
    {
        _explain.Remember(way);
        var wrapped = await _wrap.WrapAsync(way, ParameterWarnings.AddTo(way, outcome));
        await services.Audit.ResponseAsync(way.Work, wrapped.EventOf(way), CancellationToken.None);
        return wrapped.ToReply(way);
    }

    private ParsedRequest RequestOf(Way way) => ParsedRequest.From(way, services);

    private static AclOperation AclOperationOf(Way way) => way.Request.Help
        ? AclOperation.Help
        : way.Operation switch
        {
            Operation.Read => AclOperation.Read,
            Operation.List => AclOperation.List,
            Operation.Create => AclOperation.Create,
            Operation.Update => AclOperation.Update,
            Operation.Patch => AclOperation.Patch,
            _ => AclOperation.Delete,
        };
}
