using Coffer.Sdk.Primitives;

namespace Coffer.Testing.Engines;

/// <summary>Repeatable bytes: the same seed gives the same run.</summary>
public sealed class SeededRandom(int seed) : IRandom
{
#pragma warning disable CA5394 // Repeatable on purpose; nothing here is a secret.
    private readonly Random _source = new(seed);

    public void Fill(Span<byte> bytes) => _source.NextBytes(bytes);
#pragma warning restore CA5394
}
