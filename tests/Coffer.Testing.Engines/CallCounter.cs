namespace Coffer.Testing.Engines;

/// <summary>Counts the HTTP calls of an engine as work of the context of its harness, each until its answer is here as a whole and what waited for it has gone on.</summary>
internal sealed class CallCounter : DelegatingHandler
{
    private readonly CountingContext _context;

    /// <param name="inner">Carries the calls; null for real connections.</param>
    /// <param name="context">Is not idle while a call is under way.</param>
    public CallCounter(HttpMessageHandler? inner, CountingContext context)
        : base(inner ?? new SocketsHttpHandler())
    {
        _context = context;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // What waits for the answer without a context goes on within SetResult, up to its next wait. A task that continues elsewhere would leave a moment that
        // nothing counts.
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        _context.Enter();
        _ = AnswerAsync(answer, request, CountingContext.EndOfTurn(), cancellationToken);
        return answer.Task;
    }

    /// <param name="asked">Ends when the caller waits for the answer.</param>
    private async Task AnswerAsync(TaskCompletionSource<HttpResponseMessage> answer, HttpRequestMessage request, Task asked, CancellationToken cancellation)
    {
        try
        {
            // Without the context, which SetResult would not go on in.
            var response = await base.SendAsync(request, cancellation).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(cancellation).ConfigureAwait(false);
            await asked.ConfigureAwait(false);
            CountingContext.RunTurn(() => answer.SetResult(response));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            await asked.ConfigureAwait(false);
            CountingContext.RunTurn(() => answer.SetException(failure));
        }
        finally
        {
            _context.Leave();
        }
    }
}
