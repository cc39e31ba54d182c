namespace Coffer.Kernel.Seal;

/// <summary>A step of an operation that share holders take part in is refused. Its message is for the client, and holds no share.</summary>
public sealed class KeyShareException(string message) : Exception(message);
