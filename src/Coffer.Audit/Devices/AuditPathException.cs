namespace Coffer.Audit.Devices;

/// <summary>An audit file cannot be where it is asked for.</summary>
public sealed class AuditPathException(string message) : Exception(message);
