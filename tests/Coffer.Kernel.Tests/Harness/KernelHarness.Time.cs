namespace Coffer.Kernel.Tests.Harness;

/// <content>Lets time pass, and knows when the kernel has done what is due.</content>
public sealed partial class KernelHarness
{
    /// <summary>A kernel that goes on for so many timers without getting there goes on forever.</summary>
    private const int TimersMax = 200_000;

    /// <summary>Waits until the kernel does nothing any more by itself: everything in it waits for the clock, for the outside world or for a test.</summary>
    public Task IdleAsync() => _context.IdleAsync();

    /// <summary>Lets time pass from one timer to the next; at each, what is due is done before time goes on. At the end the kernel is idle.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        var end = Clock.GetUtcNow() + time;
        for (var timers = 0; timers < TimersMax; timers++)
        {
            await IdleAsync();
            if (Wall.NextEnd is not { } next || next > end)
            {
                await AdvanceToAsync(end);
                await IdleAsync();
                return;
            }

            await AdvanceToAsync(next);
        }

        Assert.Fail($"more than {TimersMax} timers ended within {time}");
    }

    /// <summary>Lets time pass in one leap, as for a machine that slept: nothing is done on the way. At the end the kernel is idle.</summary>
    public async Task LeapAsync(TimeSpan time)
    {
        await IdleAsync();
        await AdvanceToAsync(Clock.GetUtcNow() + time);
        await IdleAsync();
    }

    /// <summary>Lets time pass as <see cref="AdvanceAsync"/>, until something holds while the kernel is idle.</summary>
    /// <param name="within">It fails when that takes longer; a day unless it is given.</param>
    public async Task AdvanceUntilAsync(Func<Task<bool>> holds, TimeSpan? within = null)
    {
        var end = Clock.GetUtcNow() + (within ?? TimeSpan.FromDays(1));
        for (var timers = 0; timers < TimersMax; timers++)
        {
            await IdleAsync();
            if (await holds())
            {
                return;
            }

            if (Wall.NextEnd is not { } next || next > end)
            {
                break;
            }

            await AdvanceToAsync(next);
        }

        Assert.Fail($"still not so at {Clock.GetUtcNow():O}; reported: {string.Join("; ", Failures.Select(failure => failure.ToString()).Distinct().Take(3))}");
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

    /// <summary>In the context, so that all timers of one moment have ended before anything that waited for them goes on.</summary>
    private Task<bool> AdvanceToAsync(DateTimeOffset time) => _context.RunAsync(() =>
    {
        var wait = time - Clock.GetUtcNow();
        Clock.Advance(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        return Task.FromResult(true);
    });
}
