using Coffer.Kernel.Background;
using Coffer.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Background;

public sealed class DueSignalTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CountingContext _context = new();
    private readonly DueSignal _signal = new();

    [Fact]
    public async Task A_sleep_ends_at_its_time_and_not_before()
    {
        var sleep = await SleepAsync(10);
        await AdvanceAsync(9.999);
        Assert.False(sleep.IsCompleted);
        await AdvanceAsync(0.001);
        await sleep;
    }

    [Fact]
    public async Task What_is_added_during_a_sleep_ends_it_at_the_time_that_was_added()
    {
        var sleep = await SleepAsync(60);
        _signal.Add(After(15));
        await AdvanceAsync(14.999);
        Assert.False(sleep.IsCompleted);
        await AdvanceAsync(0.001);
        await sleep;
    }

    [Fact]
    public async Task What_is_added_during_a_step_shortens_the_sleep_after_it()
    {
        _signal.BeginStep();
        _signal.Add(After(15));
        var sleep = await SleepAsync(60);
        await AdvanceAsync(15);
        await sleep;
        _signal.BeginStep();
        Assert.Equal(After(0), _signal.Earliest);
    }

    [Fact]
    public async Task What_was_added_before_a_step_does_not_shorten_the_sleep_after_it()
    {
        _signal.Add(After(15));
        _signal.BeginStep();
        Assert.Equal(After(15), _signal.Earliest);
        var sleep = await SleepAsync(60);
        await AdvanceAsync(59);
        Assert.False(sleep.IsCompleted);
        await AdvanceAsync(1);
        await sleep;
    }

    [Fact]
    public async Task What_is_due_already_leaves_no_time_to_sleep()
    {
        _signal.Add(DateTimeOffset.MinValue);
        await await SleepAsync(60);
        _signal.BeginStep();
        await await SleepAsync(0);
    }

    [Fact]
    public async Task A_sleep_without_an_end_ends_with_what_is_added()
    {
        var sleep = await SleepAsync(() => _signal.SleepAsync(DateTimeOffset.MaxValue, _clock, TestContext.Current.CancellationToken).AsTask());
        await AdvanceAsync(1_000_000);
        Assert.False(sleep.IsCompleted);
        _signal.Add(After(0));
        await sleep;
    }

    [Fact]
    public async Task A_sleep_and_a_pause_end_when_they_are_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var sleep = await SleepAsync(() => _signal.SleepAsync(After(10), _clock, stop.Token).AsTask());
        var pause = await SleepAsync(() => DueSignal.PauseAsync(TimeSpan.FromSeconds(10), _clock, stop.Token).AsTask());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleep);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pause);
    }

    private DateTimeOffset After(double seconds) => _clock.GetUtcNow().AddSeconds(seconds);

    private Task<Task> SleepAsync(double seconds) =>
        SleepAsync(() => _signal.SleepAsync(After(seconds), _clock, TestContext.Current.CancellationToken).AsTask());

    /// <summary>Begins a sleep, and returns when it sleeps or is over.</summary>
    private async Task<Task> SleepAsync(Func<Task> sleep)
    {
        var sleeping = _context.RunAsync(async () =>
        {
            await sleep();
            return true;
        });
        await _context.IdleAsync();
        return sleeping;
    }

    private async Task AdvanceAsync(double seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        await _context.IdleAsync();
    }
}
