namespace Coffer.Outbound;

/// <summary>A proxy that is named where it cannot be used. The message names the variable or option, and never repeats its value, which may hold a password.</summary>
public sealed class ProxyException(string message) : Exception(message);
