namespace Coffer.AwsSandbox.Settings;

/// <summary>Fills the whole span with random bytes. May be called by several threads at once.</summary>
public delegate void SandboxRandom(Span<byte> bytes);
