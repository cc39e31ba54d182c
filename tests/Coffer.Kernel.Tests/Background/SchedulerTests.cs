using System.Collections.Concurrent;
using Coffer.Kernel.Background;
using Coffer.Kernel.Logging;
using Coffer.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Background;

public sealed class SchedulerTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CountingContext _context = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogCollection _events = new();
    private readonly Effects _effects;

    public SchedulerTests() => _effects = new Effects(_events.CreateLogger(LogNames.Core), _stop.Token);

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task A_step_runs_when_the_last_one_said_it_is_due()
    {
        var work = new Work(now => ValueTask.FromResult(now.AddMinutes(10)));
        await StartAsync(work);
        Assert.Equal(1, work.Steps);
        await AdvanceAsync(TimeSpan.FromMinutes(9.99));
        Assert.Equal(1, work.Steps);
        await AdvanceAsync(TimeSpan.FromMinutes(0.01));
        Assert.Equal(2, work.Steps);
    }

    [Fact]
    public async Task A_signal_brings_a_step_forward()
    {
        var work = new Work(_ => ValueTask.FromResult(DateTimeOffset.MaxValue));
        await StartAsync(work);
        work.Due.Add(_clock.GetUtcNow().AddSeconds(5));
        await AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(1, work.Steps);
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, work.Steps);
    }

    [Fact]
    public async Task A_work_whose_step_hangs_holds_up_itself_and_no_other()
    {
        var hung = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
        var hanging = new Work(_ => new ValueTask<DateTimeOffset>(hung.Task));
        var other = new Work(now => ValueTask.FromResult(now.AddSeconds(1)));
        var scheduler = await StartAsync(hanging, other);
        hanging.Due.Add(_clock.GetUtcNow());
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 2), (hanging.Steps, other.Steps));

        await _stop.CancelAsync();
        var stopping = scheduler.StopAsync();
        await _context.IdleAsync();
        Assert.False(stopping.IsCompleted);
        hung.SetResult(DateTimeOffset.MaxValue);
        await stopping;
        Assert.Equal(1, hanging.Steps);
    }

    [Fact]
    public async Task A_step_that_fails_is_reported_and_runs_again_after_its_pause_whatever_is_signalled()
    {
        var fails = true;
        var work = new Work(_ => fails ? throw new InvalidOperationException("broken") : ValueTask.FromResult(DateTimeOffset.MaxValue));
        await StartAsync(work);
        for (var i = 0; i < 4; i++)
        {
            work.Due.Add(_clock.GetUtcNow());
            await AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, work.Steps);
        Assert.Equal("a step of background work failed: test; it is tried again in 5 s", Assert.Single(_events).Text);
        fails = false;
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.True(work.Steps >= 2);
        Assert.Single(_events);
    }

    [Fact]
    public async Task A_work_that_waits_for_the_release_from_quarantine_begins_with_it()
    {
        var waiting = new Work(_ => ValueTask.FromResult(DateTimeOffset.MaxValue)) { WaitsForRelease = true };
        var other = new Work(_ => ValueTask.FromResult(DateTimeOffset.MaxValue));
        await StartAsync(waiting, other);
        await AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal((0, 1), (waiting.Steps, other.Steps));
        _released.SetResult();
        await _context.IdleAsync();
        Assert.Equal(1, waiting.Steps);
    }

    [Fact]
    public async Task Stopping_ends_sleeps_and_waits_for_effects_and_what_they_begin()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new ConcurrentQueue<string>();
        var work = new Work(now =>
        {
            _effects.Run(async () =>
            {
                await held.Task;
                _effects.Run(() =>
                {
                    ended.Enqueue("second");
                    return Task.CompletedTask;
                });
                ended.Enqueue("first");
            });
            return ValueTask.FromResult(DateTimeOffset.MaxValue);
        });
        var waiting = new Work(_ => ValueTask.FromResult(DateTimeOffset.MaxValue)) { WaitsForRelease = true };
        var scheduler = await StartAsync(work, waiting);

        await _stop.CancelAsync();
        var stopping = scheduler.StopAsync();
        await _context.IdleAsync();
        Assert.False(stopping.IsCompleted);
        held.SetResult();
        await stopping;
        Assert.Equal(["first", "second"], ended.Order());
        Assert.Empty(_events);
    }

    [Fact]
    public async Task A_scheduler_is_idle_while_its_works_sleep_and_no_effect_runs()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hung = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = new Work(now => ValueTask.FromResult(now.AddMinutes(10)));
        var steps = 0;
        var other = new Work(_ => steps++ == 0 ? ValueTask.FromResult(DateTimeOffset.MaxValue) : new ValueTask<DateTimeOffset>(hung.Task));
        var scheduler = await StartAsync(work, other);
        Assert.True(scheduler.IsIdle);

        await _context.RunAsync(() =>
        {
            _effects.Run(() => held.Task);
            return Task.FromResult(true);
        });
        await _context.IdleAsync();
        Assert.False(scheduler.IsIdle);
        held.SetResult();
        await _context.IdleAsync();
        Assert.True(scheduler.IsIdle);
        other.Due.Add(_clock.GetUtcNow());
        Assert.False(scheduler.IsIdle);
        await _context.IdleAsync();
        Assert.False(scheduler.IsIdle);
        hung.SetResult(DateTimeOffset.MaxValue);
        await _context.IdleAsync();
        Assert.True(scheduler.IsIdle);
    }

    private async Task<Scheduler> StartAsync(params IBackgroundWork[] works)
    {
        var scheduler = new Scheduler([.. works], _effects, _released.Task, _clock, _events.CreateLogger(LogNames.Core), _stop.Token);
        await _context.RunAsync(() =>
        {
            scheduler.Start();
            return Task.FromResult(true);
        });
        await _context.IdleAsync();
        return scheduler;
    }

    private async Task AdvanceAsync(TimeSpan time)
    {
        _clock.Advance(time);
        await _context.IdleAsync();
    }

    private sealed class Work(Func<DateTimeOffset, ValueTask<DateTimeOffset>> step) : IBackgroundWork
    {
        private int _running;

        public int Steps { get; private set; }

        public string Name => "test";

        public DueSignal Due { get; } = new();

        public bool WaitsForRelease { get; init; }

        public TimeSpan RetryAfter => TimeSpan.FromSeconds(5);

        public async ValueTask<DateTimeOffset> StepAsync(DateTimeOffset now, CancellationToken cancellation)
        {
            Assert.Equal(1, Interlocked.Increment(ref _running));
            Steps++;
            try
            {
                return await step(now);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
