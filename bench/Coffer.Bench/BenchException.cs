namespace Coffer.Bench;

/// <summary>Something outside this program is not as it must be for a measurement; the message says what to do.</summary>
internal sealed class BenchException(string message) : Exception(message);
