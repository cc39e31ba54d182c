namespace Coffer.Kernel.Seal;

/// <summary>Lets one at a time do something, and the others wait for it without a thread.</summary>
internal sealed class AsyncLock : IDisposable
{
    private readonly SemaphoreSlim _free = new(1, 1);

    public async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> action, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            return await action();
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();
}
