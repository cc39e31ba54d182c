using System.IO.Pipelines;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;
using Coffer.Server.Configuration;
using Coffer.Server.Http.Answers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Http;

/// <summary>HTTP in and out: reads a request within its limits, hands it to the kernel, writes the answer straight to the pipe.</summary>
internal sealed class HttpFrontend(
    ServerKernel kernel, RequestReader reader, AnswerBudget answers, ListenerOptions options, ILogger log) : IHttpApplication<IFeatureCollection>
{
    /// <summary>The request's id, as in the audit log. Vault has no such header.</summary>
    private const string RequestIdHeader = "X-Coffer-Request-Id";

    private const int StatusRequestTimeout = 408;

    private long _running;

    /// <summary>What a request is at, and so what it can be late with.</summary>
    private enum Stage
    {
        Read,
        Handle,
        Write,
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    /// <summary>
    /// Answers one request. A connection of HTTP/1.1 has one at a time, one of HTTP/2 many: what the listener answers at once is bounded by the number of
    /// connections in either case.
    /// </summary>
    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var place = context.Get<ConnectionPlace>();
        place?.Begin();
        try
        {
            await (Interlocked.Increment(ref _running) <= options.ConnectionsMax ? AnswerAsync(context) : RefuseAsync(context));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            place?.End();
        }
    }

    /// <summary>Refuses a request before anything of it is looked at.</summary>
    private async Task RefuseAsync(IFeatureCollection context)
    {
        var gone = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        try
        {
            await WriteAsync(
                context,
                ApiReply.Error(ErrorKind.Unavailable, "the listener answers as many requests at once as it may; try again, or raise max_connections of the listener"),
                gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The client went away before it was refused.
        }
    }

    private async Task AnswerAsync(IFeatureCollection context)
    {
        var lifetime = context.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(lifetime.RequestAborted);
        var stage = Stage.Read;
        try
        {
            if (await CrossOrigin.JudgeAsync(kernel, context, lifetime.RequestAborted) is { } judged)
            {
                await WriteAsync(context, judged, lifetime.RequestAborted);
                return;
            }

            late.CancelAfter(options.Times.Read);
            using var read = await reader.ReadAsync(context, late.Token);
            stage = Stage.Handle;
            late.CancelAfter(options.Times.Request);
            var reply = read.Refusal ?? await kernel.Requests.HandleAsync(read.Request!, late.Token);
            if (read.Request is { } request)
            {
                // A refusal's body has no request id, and the caller needs it to ask for an explanation.
                context.GetRequiredFeature<IHttpResponseFeature>().Headers[RequestIdHeader] = request.Id;
            }

            stage = Stage.Write;
            await DeliverAsync(context, reply, lifetime, late);
        }
        catch (OperationCanceledException) when (lifetime.RequestAborted.IsCancellationRequested)
        {
            // The client went away: before anything was committed, or what was made for it has been ended.
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested || stage == Stage.Write)
        {
            await EndLateAsync(context, lifetime, stage);
        }
        catch (ConnectionResetException)
        {
            // As above, seen while its body was read.
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException error)
        {
            await WriteAsync(context, new ApiReply(error.StatusCode, ApiReply.Error(ErrorKind.Invalid, "the request could not be read: its body came too slowly, too large or malformed").Body), CancellationToken.None);
        }
        catch (IOException) when (stage == Stage.Read)
        {
            // So Kestrel says that a chunk is malformed, such as one whose size no number holds. Where the next request would begin, nobody knows.
            CloseAfter(context);
            await WriteAsync(context, ApiReply.Error(ErrorKind.Invalid, "the request could not be read: its body is malformed"), CancellationToken.None);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever it is, it is this request's alone.
            ListenerLog.RequestFailed(log, context.GetRequiredFeature<IHttpRequestFeature>().Method, error);
            if (!context.GetRequiredFeature<IHttpResponseFeature>().HasStarted)
            {
                await WriteAsync(context, ApiReply.Error(ErrorKind.Internal, "internal error"), CancellationToken.None);
            }
        }
    }

    /// <summary>Writes an answer, however late it is. What was made for one that nobody received is ended.</summary>
    /// <param name="late">The limit of the handling, which becomes that of the writing unless it is over: the answer is there all the same.</param>
    private async ValueTask DeliverAsync(IFeatureCollection context, ApiReply reply, IHttpRequestLifetimeFeature lifetime, CancellationTokenSource late)
    {
        var time = options.Times.Write > TimeSpan.Zero ? options.Times.Write : Timeout.InfiniteTimeSpan;
        late.CancelAfter(time);
        using var own = late.IsCancellationRequested ? CancellationTokenSource.CreateLinkedTokenSource(lifetime.RequestAborted) : null;
        own?.CancelAfter(time);
        var limit = own ?? late;
        var delivered = false;
        try
        {
            using var share = reply.Share;
            limit.Token.ThrowIfCancellationRequested();
            using var place = await answers.TryTakeAsync(reply.Body.Length, share is not null, limit.Token);
            if (place is null)
            {
                await WriteAsync(
                    context,
                    ApiReply.Error(ErrorKind.Unavailable, "the answer is large, and other large answers that their clients have not read yet take up the memory for them; try again"),
                    limit.Token);
                return;
            }

            delivered = await WriteAsync(context, reply, limit.Token);
        }
        finally
        {
            // Only what failed before it was sent is known to be lost: a client may well hang up as soon as it has read.
            if (!delivered)
            {
                await kernel.Requests.EndUndeliveredAsync(reply);
            }
        }
    }

    private async ValueTask EndLateAsync(IFeatureCollection context, IHttpRequestLifetimeFeature lifetime, Stage stage)
    {
        switch (stage)
        {
            case Stage.Read:
                CloseAfter(context);
                var tooSlow = ApiReply.Error(ErrorKind.Invalid, $"the request took longer to read than {options.Times.Read.TotalSeconds} s; send it faster, or raise http_read_timeout of the listener");
                await WriteAsync(context, new ApiReply(StatusRequestTimeout, tooSlow.Body), CancellationToken.None);
                break;
            case Stage.Handle:
                await WriteAsync(
                    context,
                    ApiReply.Error(ErrorKind.Unavailable, $"the request took longer than {options.Times.Request.TotalSeconds} s and was given up; try again, or raise max_request_duration of the listener"),
                    CancellationToken.None);
                break;
            default:
                lifetime.Abort();
                break;
        }
    }

    /// <summary>Ends the connection with the answer. HTTP/2 has no such header, and ends the stream alone.</summary>
    private static void CloseAfter(IFeatureCollection context)
    {
        if (context.GetRequiredFeature<IHttpRequestFeature>().Protocol != "HTTP/2")
        {
            context.GetRequiredFeature<IHttpResponseFeature>().Headers.Connection = "close";
        }
    }

    /// <returns>False when the connection took nothing any more.</returns>
    private async ValueTask<bool> WriteAsync(IFeatureCollection context, ApiReply reply, CancellationToken cancellation)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = reply.Status;
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        options.ResponseHeaders.Apply(reply.Status, headers);
        foreach (var (name, value) in reply.Headers)
        {
            headers[name] = value;
        }

        // These have no body, whatever there would be to say: sys/health answers with whichever status it is asked to.
        var isBodiless = reply.Status is 204 or 205 or 304;
        if (!isBodiless)
        {
            headers.ContentType = reply.ContentType;
            headers.ContentLength = reply.Body.Length;
        }
        else if (reply.Status == 204)
        {
            // Agents that cache look at it before they look at the status, and go on serving what was revoked when it is missing.
            headers.ContentType = ApiReply.Json;
        }

        var body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        await body.StartAsync(cancellation);
        if (reply.Body.Length > 0 && !isBodiless && context.GetRequiredFeature<IHttpRequestFeature>().Method != "HEAD"
            && !await WriteBodyAsync(body.Writer, reply.Body, cancellation))
        {
            // An answer that is not whole cannot be completed.
            context.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
            return false;
        }

        await body.CompleteAsync();
        return true;
    }

    /// <summary>In pieces: what is handed over at once is copied at once, and the copy is held until the client has read it.</summary>
    /// <returns>False when the connection took nothing any more.</returns>
    /// <exception cref="OperationCanceledException">Among others: the client takes a large answer too slowly.</exception>
    private async ValueTask<bool> WriteBodyAsync(PipeWriter writer, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (bytes.Length <= AnswerLimits.UncountedBytes)
        {
            return TryWrite(writer, bytes.Span) && await writer.FlushAsync(cancellation) is { IsCompleted: false, IsCanceled: false };
        }

        using var whole = new CancellationTokenSource(AnswerLimits.TimeFor(bytes.Length), answers.Clock);
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(AnswerLimits.PieceBytes, bytes.Length)];
            if (!TryWrite(writer, piece.Span))
            {
                return false;
            }

            using var slow = new CancellationTokenSource(AnswerLimits.PieceTime, answers.Clock);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(whole.Token, slow.Token, cancellation);
            if (await writer.FlushAsync(any.Token) is not { IsCompleted: false, IsCanceled: false })
            {
                return false;
            }

            bytes = bytes[piece.Length..];
        }

        return true;
    }

    /// <returns>False when the connection is closed: then the writer has no memory to write to.</returns>
    private static bool TryWrite(PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = writer.GetSpan();
            if (room.IsEmpty)
            {
                return false;
            }

            var taken = Math.Min(room.Length, bytes.Length);
            bytes[..taken].CopyTo(room);
            writer.Advance(taken);
            bytes = bytes[taken..];
        }

        return true;
    }
}
