using Coffer.Audit.Sinks;
using Coffer.Barrier;
using Coffer.Kernel.Bounds;
using Coffer.Kernel.BuiltIn.Open;
using Coffer.Kernel.Headers;
using Coffer.Kernel.Metrics;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Hosting;

/// <summary>The one entry for requests, and for what the HTTP side has to know of one before it can hand it over. Outages become answers here and nowhere else.</summary>
public sealed class RequestEntry
{
    private readonly ServerKernel _kernel;
    private readonly KernelOptions _options;
    private readonly OpenServer _open;
    private readonly MetricsAnswer _metrics;

    internal RequestEntry(ServerKernel kernel, KernelOptions options)
    {
        (_kernel, _options) = (kernel, options);
        _metrics = new MetricsAnswer(options.Counters, options.Clock, options.ShowsPrometheus);
        _open = new OpenServer
        {
            Seal = kernel,
            Clock = options.Clock,
            Since = options.Clock.GetUtcNow(),
            Version = options.Version,
            StorageType = options.StorageType,
            Log = options.Log,
            Metrics = MetricsAsync,
        };
    }

    private static ApiReply Sealed { get; } = ApiReply.Error(ErrorKind.Unavailable, "Vault is sealed");

    /// <summary>Whether a path takes HEAD as a read.</summary>
    public static bool TakesHead(CanonicalPath path) => OpenPaths.TakesHead(path.Text);

    /// <summary>Answers a request: the few paths of a sealed server, or the whole API of an unsealed one.</summary>
    public async ValueTask<ApiReply> HandleAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (begun, status) = (_options.Clock.GetTimestamp(), 500);
        var running = _options.Counters.Begin(request, _options.Clock.GetUtcNow());
        var span = RequestSpan.Begin(_options.Counters.Activities, request);
        try
        {
            var reply = await AnswerAsync(running, cancellation);
            status = reply.Status;
            return reply;
        }
        catch (Exception error) when (AnswerOf(error) is { } outage)
        {
            status = outage.Status;
            return outage;
        }
        finally
        {
            _options.Counters.End(running, status, _options.Clock.GetElapsedTime(begun));
            RequestSpan.End(span, running, status);
        }
    }

    /// <summary>
    /// Counts what the store holds, unless that was done a short time ago, so that the gauges which say so are right when they are read next. Does nothing while
    /// sealed; an outage is logged.
    /// </summary>
    public async ValueTask CountForGaugesAsync(CancellationToken cancellation) =>
        _ = await LookAsync(active => active.TryCountForGaugesAsync(cancellation), otherwise: false);

    /// <summary>Which pages of other origins may call; null where none was ever allowed, and while sealed. Read each time, so that a change holds at once.</summary>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    public ValueTask<CorsSettings?> CorsAsync(CancellationToken cancellation) =>
        _kernel.Active?.CorsAsync(cancellation)
        ?? ValueTask.FromResult<CorsSettings?>(null);

    /// <summary>Looks at who sends a request before its body is taken in.</summary>
    /// <param name="head">The request without its body.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async ValueTask<BodySender> SenderOfAsync(ApiRequest head, CancellationToken cancellation)
    {
        if (OpenPaths.Find(head) is { } row)
        {
            return row.Sender is { } sender ? await LookAsync(() => sender(_open, cancellation), BodySender.Refused) : BodySender.Stranger;
        }

        return await LookAsync(active => active.SenderOfAsync(head, cancellation), BodySender.Refused);
    }

    /// <summary>Whether a request's body is to be handed on as it was sent. Asked only of content types that are neither JSON nor a form.</summary>
    /// <param name="head">The request without its body.</param>
    /// <param name="cancellation">Ends the look.</param>
    public ValueTask<bool> TakesRawAsync(ApiRequest head, CancellationToken cancellation) =>
        LookAsync(active => active.TakesRawAsync(head, cancellation), otherwise: false);

    /// <summary>To be called when a reply did not reach its client: ends the lease and the token that were made for it.</summary>
    public async ValueTask EndUndeliveredAsync(ApiReply reply)
    {
        if (reply.Entrusts.IsNothing)
        {
            return;
        }

        var ended = await LookAsync(active => active.TryEndUndeliveredAsync(reply.Entrusts), otherwise: false);
        HostLog.NotDelivered(
            _options.ExpirationLog,
            ended ? LogLevel.Warning : LogLevel.Error,
            ended ? "is ended" : "lives until its own end: revoke it by hand",
            reply.Entrusts.LeaseId[(reply.Entrusts.LeaseId.LastIndexOf('/') + 1)..],
            reply.Entrusts.TokenAccessor);
    }

    private async ValueTask<ApiReply> AnswerAsync(RunningRequest running, CancellationToken cancellation)
    {
        var request = running.Request;
        if (OpenPaths.Find(request) is { } row)
        {
            running.LeadsTo("system", "sys/");
            return await OpenPaths.AnswerAsync(row, _open, request, cancellation);
        }

        if (request is { Path.EndsWithSlash: true, Operation: Operation.Update or Operation.Patch })
        {
            return ApiReply.Error(ErrorKind.Invalid, "cannot write to a path ending in '/'");
        }

        return _kernel.Active is { } active && await active.TryHandleAsync(running, cancellation) is { } reply ? reply : Sealed;
    }

    /// <summary>Answered while sealed and while the store is away, too: just then somebody wants to know.</summary>
    private async ValueTask<ApiReply> MetricsAsync(string format, CancellationToken cancellation)
    {
        await CountForGaugesAsync(cancellation);
        return _metrics.Of(format) switch
        {
            Reply.Raw raw => new ApiReply(raw.Status, raw.Body) { ContentType = raw.ContentType },
            Reply.Refused refused => ApiReply.From(refused.Error),
            var other => throw new System.Diagnostics.UnreachableException($"no answer with metrics is a {other.GetType().Name}"),
        };
    }

    private ValueTask<T> LookAsync<T>(Func<ActiveServer, ValueTask<T>> look, T otherwise) =>
        LookAsync(() => _kernel.Active is { } active ? look(active) : ValueTask.FromResult(otherwise), otherwise);

    /// <summary>Looks something up beside a request. An outage is only logged here; the request meets it too, and its answer says so.</summary>
    private async ValueTask<T> LookAsync<T>(Func<ValueTask<T>> look, T otherwise)
    {
        try
        {
            return await look();
        }
        catch (Exception error) when (AnswerOf(error) is not null)
        {
            return otherwise;
        }
    }

    /// <summary>The answer to an outage, which is logged; null for what is none. It names what the store knows to be wrong with it, as <c>sys/health</c> does.</summary>
    private ApiReply? AnswerOf(Exception error)
    {
        switch (error)
        {
            case StoreUnavailableException:
                HostLog.StoreFailed(_options.Log, error);
                return ApiReply.Error(ErrorKind.Unavailable, "the store is not available" + (_options.Condition?.Problem is { } problem ? $": {problem}" : "; try again, and see the server's log"));
            case AuditUnavailableException:
                HostLog.NotRecorded(_options.Log, error);
                return ApiReply.Error(ErrorKind.Internal, "failed to audit request, cannot continue");
            case LargeValuesTakenException:
                return ApiReply.Error(ErrorKind.Unavailable, error.Message);
            case BarrierException:
                HostLog.NotOpened(_options.Log, error);
                return ApiReply.Error(ErrorKind.Internal, "a stored entry could not be opened; see the server's log");
            default:
                return null;
        }
    }
}
