namespace Coffer.Testing;

/// <summary>Lets virtual time pass from one timer to the next, and has everything that is due end before it passes on.</summary>
/// <param name="clocks">The clocks of what is tested: only timers that were made by them are stopped at.</param>
/// <param name="advance">Moves the steady clock under <paramref name="clocks"/> on, by zero or more, and ends the timers of that time.</param>
/// <param name="context">Where what is tested runs: only what is begun in it is waited for.</param>
public sealed class VirtualTime(TwoClocks clocks, Action<TimeSpan> advance, CountingContext context)
{
    /// <summary>What goes on for so many timers without getting there goes on forever.</summary>
    private const int TimersMax = 200_000;

    /// <summary>Waits until everything waits for the clock, for an outside system or for the test. Time stands still.</summary>
    public Task IdleAsync() => context.IdleAsync();

    /// <summary>Lets time pass, and stops at each timer until all is idle. All is idle at the end.</summary>
    /// <param name="time">Zero or more.</param>
    /// <exception cref="InvalidOperationException">More than 200,000 timers ended.</exception>
    public async Task AdvanceAsync(TimeSpan time)
    {
        var end = clocks.SteadyNow + time;
        for (var timers = 0; timers < TimersMax; timers++)
        {
            await IdleAsync();
            if (clocks.NextEnd is not { } next || next > end)
            {
                await AdvanceToAsync(end);
                await IdleAsync();
                return;
            }

            await AdvanceToAsync(next);
        }

        throw new InvalidOperationException($"more than {TimersMax} timers ended within {time}");
    }

    /// <summary>Lets time pass in one leap, as for a machine that slept: nothing is done on the way. All is idle at the end.</summary>
    /// <param name="time">Zero or more.</param>
    public async Task LeapAsync(TimeSpan time)
    {
        await IdleAsync();
        await AdvanceToAsync(clocks.SteadyNow + time);
        await IdleAsync();
    }

    /// <summary>Lets time pass as <see cref="AdvanceAsync"/>, until something holds while all is idle.</summary>
    /// <param name="holds">Looked at whenever all is idle, also before any time has passed.</param>
    /// <param name="within">The most time that passes.</param>
    /// <returns>False when it does not hold within that time or 200,000 timers, or when no timer is left.</returns>
    public async Task<bool> TryAdvanceUntilAsync(Func<Task<bool>> holds, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(holds);
        var end = clocks.SteadyNow + within;
        for (var timers = 0; timers < TimersMax; timers++)
        {
            await IdleAsync();
            if (await holds())
            {
                return true;
            }

            if (clocks.NextEnd is not { } next || next > end)
            {
                return false;
            }

            await AdvanceToAsync(next);
        }

        return false;
    }

    /// <summary>In the context, so that all timers of one moment have ended before anything that waited for them goes on.</summary>
    private Task<bool> AdvanceToAsync(DateTimeOffset time) => context.RunAsync(() =>
    {
        var wait = time - clocks.SteadyNow;
        advance(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        return Task.FromResult(true);
    });
}
