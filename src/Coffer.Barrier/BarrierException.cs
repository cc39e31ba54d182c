namespace Coffer.Barrier;

/// <summary>Stored bytes could not be opened or decoded, or key material is unusable. The message holds no secret and no storage key.</summary>
/// <param name="problem">The kind of problem.</param>
/// <param name="message">What was found, what was expected, and what to do where something can be done.</param>
/// <param name="cause">The framework's own exception, where there is one.</param>
public sealed class BarrierException(BarrierProblem problem, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The kind of problem, for those who decide by it.</summary>
    public BarrierProblem Problem { get; } = problem;
}
