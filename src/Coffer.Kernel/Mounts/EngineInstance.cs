using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Outbound;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Mounts;

/// <summary>
/// An engine for as long as anything uses it. Once the mount table has no more use for it, it ends when the last of what runs on it has: key material that it
/// holds is cleared then, and its connections are closed.
/// </summary>
/// <param name="engine">Disposed at the end, if it can be.</param>
/// <param name="outbound">The engine's own; disposed after it.</param>
/// <param name="log">Says when disposing fails.</param>
public sealed class EngineInstance(IEngine engine, IOutbound outbound, ILogger log)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The first is the mount table's.
    private int _uses = 1;
    private int _isRetired;

    public IEngine Engine => engine;

    /// <summary>Ends when the engine has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Keeps the engine from ending until the use is disposed.</summary>
    /// <exception cref="ConflictException">It has ended already: the mount has changed.</exception>
    public Use Enter() => TryEnter(out var use) ? use : throw new ConflictException("the mount has changed while the request ran");

    /// <summary>As <see cref="Enter"/>; false when the engine has ended already.</summary>
    public bool TryEnter(out Use use)
    {
        for (var uses = Volatile.Read(ref _uses); uses > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
            {
                use = new Use(this);
                return true;
            }

            uses = seen;
        }

        use = default;
        return false;
    }

    /// <summary>The mount table has no more use for it.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _isRetired, 1) == 0)
        {
            Leave();
        }
    }

    /// <summary>Disposes of an engine that can be disposed of.</summary>
    internal static async ValueTask DisposeAsync(IEngine engine)
    {
        switch (engine)
        {
            case IAsyncDisposable later:
                await later.DisposeAsync();
                break;
            case IDisposable now:
                now.Dispose();
                break;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
        {
            _ = EndAsync();
        }
    }

    private async Task EndAsync()
    {
        try
        {
            await DisposeAsync(engine);
            (outbound as IDisposable)?.Dispose();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Nothing runs on it any more, so nothing can be done about it but to say so.
            MountLog.NotEnded(log, error);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>One use of an engine. Disposing it twice is a mistake.</summary>
    public readonly struct Use : IDisposable
    {
        private readonly EngineInstance? _instance;

        internal Use(EngineInstance instance) => _instance = instance;

        public void Dispose() => _instance?.Leave();
    }
}
