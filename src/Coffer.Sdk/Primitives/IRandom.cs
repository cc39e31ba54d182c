using System.Security.Cryptography;

namespace Coffer.Sdk.Primitives;

/// <summary>Where unpredictable bytes come from. A parameter everywhere, so that tests can repeat a run.</summary>
public interface IRandom
{
    /// <summary>Fills the whole span with random bytes.</summary>
    void Fill(Span<byte> bytes);
}

/// <summary>The process's cryptographic generator: the only source outside tests.</summary>
/// <remarks>
/// Short requests, such as ids and nonces, are served from a block drawn ahead: asking the generator costs about the same for 16 bytes as for 512.
/// Whatever is long enough to be a key is drawn when it is asked for. No byte is given twice, and none stays behind once it was given.
/// </remarks>
public sealed class SystemRandom : IRandom
{
    private const int AheadBytes = 512;
    private const int ShortBytesMax = 16;

    [ThreadStatic]
    private static Block? _ahead;

    public static SystemRandom Instance { get; } = new();

    public void Fill(Span<byte> bytes)
    {
        if (bytes.Length > ShortBytesMax)
        {
            Draw(bytes);
        }
        else
        {
            (_ahead ??= new Block()).Take(bytes);
        }
    }

#pragma warning disable RS0030 // The one place that may ask the generator.
    private static void Draw(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
#pragma warning restore RS0030

    private sealed class Block
    {
        private readonly byte[] _bytes = new byte[AheadBytes];
        private int _taken = AheadBytes;

        public void Take(Span<byte> bytes)
        {
            if (AheadBytes - _taken < bytes.Length)
            {
                Draw(_bytes);
                _taken = 0;
            }

            var next = _bytes.AsSpan(_taken, bytes.Length);
            next.CopyTo(bytes);
            next.Clear();
            _taken += bytes.Length;
        }
    }
}
