using Coffer.Sdk.Primitives;

namespace Coffer.Barrier.Tests;

/// <summary>Repeatable bytes for tests. Safe for several threads.</summary>
internal sealed class SeededRandom(int seed) : IRandom
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();

    public void Fill(Span<byte> bytes)
    {
        lock (_lock)
        {
            _random.NextBytes(bytes);
        }
    }
}
