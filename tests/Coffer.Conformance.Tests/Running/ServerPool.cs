using System.Collections.Concurrent;

namespace Coffer.Conformance.Tests.Running;

/// <summary>Dev servers that start while others are in use, so that a case need not wait for its own. Each is used once.</summary>
public sealed class ServerPool : IAsyncDisposable
{
    /// <summary>How many start ahead of their cases.</summary>
    private const int Ahead = 3;

    private readonly ConcurrentQueue<Task<ServerProcess>> _waiting = new();
    private readonly CancellationTokenSource _closing = new();
    private int _isFilled;

    internal async Task<IServer> TakeAsync(bool production, CancellationToken cancellation)
    {
        if (production)
        {
            return await ServerProcess.StartAsync(production: true, cancellation);
        }

        if (Interlocked.Exchange(ref _isFilled, 1) == 0)
        {
            for (var count = 0; count < Ahead; count++)
            {
                Begin();
            }
        }

        Begin();
        return _waiting.TryDequeue(out var next) ? await next : throw new InvalidOperationException("one server was begun for each that is taken");
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        foreach (var waiting in _waiting)
        {
            await waiting.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (waiting.IsCompletedSuccessfully)
            {
                await (await waiting).DisposeAsync();
            }
        }

        _closing.Dispose();
    }

    private void Begin() => _waiting.Enqueue(ServerProcess.StartAsync(production: false, _closing.Token));
}
