namespace Coffer.Bench;

/// <summary>What came of one load on one server.</summary>
/// <param name="Load">Its name.</param>
/// <param name="PerSecond">Requests answered in a second.</param>
/// <param name="P50">Milliseconds that half of the requests took at most.</param>
/// <param name="P99">Milliseconds that all but one in a hundred took at most.</param>
/// <param name="Use">What the server's process used; null when it is not on this machine.</param>
internal sealed record Measurement(string Load, double PerSecond, double P50, double P99, ProcessUse? Use);
