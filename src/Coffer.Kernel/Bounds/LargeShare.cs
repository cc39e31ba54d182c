namespace Coffer.Kernel.Bounds;

/// <summary>What one request has taken of the memory for large values.</summary>
public sealed class LargeShare : IDisposable
{
    private List<(ByteShare Of, long Bytes)>? _taken = [];

    internal void Add(ByteShare of, long bytes) => _taken?.Add((of, bytes));

    /// <summary>Gives all of it back. May be called again.</summary>
    public void Dispose()
    {
        foreach (var (of, bytes) in Interlocked.Exchange(ref _taken, null) ?? [])
        {
            of.GiveBack(bytes);
        }
    }
}
