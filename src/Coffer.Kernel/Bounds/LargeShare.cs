namespace Coffer.Kernel.Bounds;

/// <summary>What one request has taken of the memory for large values. Disposed of once.</summary>
public sealed class LargeShare : IDisposable
{
    private readonly ByteShare _of;
    private long _bytes;

    internal LargeShare(ByteShare of) => _of = of;

    internal void Add(long bytes) => _bytes += bytes;

    public void Dispose() => _of.GiveBack(Interlocked.Exchange(ref _bytes, 0));
}
