using Coffer.Testing;

namespace Coffer.Kernel.Tests.Harness;

/// <content>Lets time pass, and knows when the kernel has done what is due.</content>
public sealed partial class KernelHarness
{
    /// <inheritdoc cref="VirtualTime.IdleAsync"/>
    public Task IdleAsync() => _time.IdleAsync();

    /// <inheritdoc cref="VirtualTime.AdvanceAsync"/>
    public Task AdvanceAsync(TimeSpan time) => _time.AdvanceAsync(time);

    /// <inheritdoc cref="VirtualTime.LeapAsync"/>
    public Task LeapAsync(TimeSpan time) => _time.LeapAsync(time);

    /// <summary>Lets time pass as <see cref="AdvanceAsync"/>, until something holds while the kernel is idle.</summary>
    /// <param name="holds">Looked at whenever the kernel is idle.</param>
    /// <param name="within">It fails when that takes longer; a day unless it is given.</param>
    public async Task AdvanceUntilAsync(Func<Task<bool>> holds, TimeSpan? within = null)
    {
        if (!await _time.TryAdvanceUntilAsync(holds, within ?? TimeSpan.FromDays(1)))
        {
            Assert.Fail($"still not so at {Clock.GetUtcNow():O}; reported: {string.Join("; ", Failures.Select(failure => failure.ToString()).Distinct().Take(3))}");
        }
    }

    /// <inheritdoc cref="AdvanceUntilAsync(Func{Task{bool}}, TimeSpan?)"/>
    public Task AdvanceUntilAsync(Func<bool> holds, TimeSpan? within = null) => AdvanceUntilAsync(() => Task.FromResult(holds()), within);

    /// <summary>
    /// Lets time pass until a request is answered. One that waits for a job may wait for the pause after a step of the job's work that failed, which ends only when
    /// time passes.
    /// </summary>
    public async Task<Answer> AnsweredAsync(Task<Answer> asked)
    {
        await AdvanceUntilAsync(() => asked.IsCompleted);
        return await asked;
    }

    /// <summary>Runs a call of the kernel where it is counted, with all that it begins.</summary>
    internal Task<T> InContextAsync<T>(Func<ValueTask<T>> call) => _context.RunAsync(async () => await call());
}
