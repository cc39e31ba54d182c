using Coffer.Sdk.Primitives;

namespace Coffer.Testing;

/// <summary>The same bytes in each run with the same seed. For tests only: the seed gives away the keys.</summary>
public sealed class SeededRandom(int seed) : IRandom
{
    private readonly Lock _lock = new();
    private readonly Random _dice = new(seed);

    public void Fill(Span<byte> bytes)
    {
        lock (_lock)
        {
            _dice.NextBytes(bytes);
        }
    }
}
