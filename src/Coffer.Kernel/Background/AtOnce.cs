using System.Collections.Concurrent;

namespace Coffer.Kernel.Background;

/// <summary>Does the same for many items, a bounded number of them at once.</summary>
internal static class AtOnce
{
    /// <summary>Ends when all items are done. The first that fails cancels those under way, and no other begins.</summary>
    /// <param name="most">How many at once; at least one.</param>
    public static async Task RunAsync<T>(IEnumerable<T> items, int most, Func<T, CancellationToken, ValueTask> run, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = new ConcurrentQueue<T>(items);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(most, waiting.Count)).Select(_ => WorkAsync()));

        async Task WorkAsync()
        {
            await Task.Yield();
            try
            {
                while (waiting.TryDequeue(out var item))
                {
                    stop.Token.ThrowIfCancellationRequested();
                    await run(item, stop.Token);
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }
    }
}
