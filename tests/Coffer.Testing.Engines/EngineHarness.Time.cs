namespace Coffer.Testing.Engines;

/// <content>Lets virtual time pass, and knows when the kernel and the engine have done what is due.</content>
/// <remarks>
/// Waited for is what the kernel does by itself, each request and each step of a <see cref="HarnessLease"/>, with all that they begin: the engine's tasks, and the
/// answers to its HTTP calls. Not waited for is what the engine does on threads or over connections of its own.
/// </remarks>
public sealed partial class EngineHarness
{
    /// <summary>
    /// Waits, while virtual time stands still, until all that is due has been done: tasks have run and leases that ended are revoked, or wait for a later time or for
    /// the test.
    /// </summary>
    public async Task IdleAsync()
    {
        await StartAsync();
        await _time.IdleAsync();
        Shared.CheckUnchanged();
    }

    /// <summary>Lets virtual time pass, and has all that falls due on the way done at its time. All is done when it returns, as with <see cref="IdleAsync"/>.</summary>
    /// <param name="time">Zero or more.</param>
    /// <exception cref="InvalidOperationException">More than 200,000 timers ended on the way.</exception>
    public async Task AdvanceAsync(TimeSpan time)
    {
        await StartAsync();
        await _time.AdvanceAsync(time);
        Shared.CheckUnchanged();
    }

    /// <summary>Lets virtual time pass as <see cref="AdvanceAsync"/>, as little as is needed, until something holds.</summary>
    /// <param name="holds">Looked at when all that was due has been done, also before any time has passed.</param>
    /// <param name="within">The most time that passes; a day unless it is given.</param>
    /// <exception cref="TimeoutException">It does not hold within that time.</exception>
    public async Task AdvanceUntilAsync(Func<Task<bool>> holds, TimeSpan? within = null)
    {
        await StartAsync();
        var begin = Clock.GetUtcNow();
        if (!await _time.TryAdvanceUntilAsync(holds, within ?? TimeSpan.FromDays(1)))
        {
            throw new TimeoutException(
                $"{Clock.GetUtcNow() - begin} of virtual time have passed and it is still not so; see {nameof(Events)} for what failed. What was begun outside the harness is not waited for");
        }
    }

    /// <summary>As <see cref="AdvanceUntilAsync"/>, until something that waits for time has ended: a request, or a step of a <see cref="HarnessLease"/>.</summary>
    /// <param name="end">Begun through this harness. It may have failed when this returns: await it to see.</param>
    /// <exception cref="TimeoutException">It has not ended within a day of virtual time.</exception>
    public Task AdvanceUntilEndAsync(Task end) => AdvanceUntilAsync(() => Task.FromResult(end.IsCompleted));

    /// <summary>Lets virtual time pass in one leap, as for a machine that slept.</summary>
    internal Task LeapAsync(TimeSpan time) => _time.LeapAsync(time);

    /// <summary>Runs a call of the engine where it is waited for.</summary>
    internal Task<T> CountedAsync<T>(Func<Task<T>> call) => _context.RunAsync(call);
}
