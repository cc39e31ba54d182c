using System.Runtime.ExceptionServices;
using Coffer.Sdk.Tasks;

namespace Coffer.Testing.Engines;

/// <summary>How a run of a task ended: one of the two is there.</summary>
internal sealed record TaskRun(TaskOutcome? Outcome, ExceptionDispatchInfo? Failure)
{
    public TaskOutcome OutcomeOrThrow()
    {
        Failure?.Throw();
        return Outcome!;
    }
}
