using System.Security.Cryptography;

namespace Coffer.Sdk.Primitives;

/// <summary>Where unpredictable bytes come from. A parameter everywhere, so that tests can repeat a run.</summary>
public interface IRandom
{
    /// <summary>Fills the whole span with random bytes.</summary>
    void Fill(Span<byte> bytes);
}

/// <summary>The operating system's cryptographic generator: the only source outside tests.</summary>
public sealed class SystemRandom : IRandom
{
    public static SystemRandom Instance { get; } = new();

#pragma warning disable RS0030 // The one place that may ask the operating system.
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
#pragma warning restore RS0030
}
