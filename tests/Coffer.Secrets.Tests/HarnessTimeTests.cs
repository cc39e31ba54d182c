using System.Collections.Concurrent;
using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Outbound;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;
using Coffer.Sdk.Tasks;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests;

/// <summary>Virtual time of the harness: what is due is done at its time, and all of it is done before a test goes on.</summary>
public sealed class HarnessTimeTests : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Task, DateTimeOffset At)> _ended = new();
    private readonly HopsHandler _http = new();
    private readonly EngineHarness _harness;

    public HarnessTimeTests() =>
        _harness = new EngineHarness(new EngineType("works", MountClass.Secret, "Works.", context => new WorksEngine(context, Note)), http: _http);

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Work_that_comes_back_runs_at_each_of_its_times_before_a_test_goes_on()
    {
        await _harness.AdvanceAsync(TimeSpan.FromHours(3.5));

        Assert.Equal([("sweep", After(1)), ("sweep", After(2)), ("sweep", After(3))], _ended);
        Assert.Equal(After(3.5), _harness.Clock.GetUtcNow());
    }

    [Fact]
    public async Task A_lease_that_ends_is_revoked_at_its_end_with_what_is_stored()
    {
        var lease = await _harness.IssueAsync(Operation.Update, "keys");

        await _harness.AdvanceAsync(TimeSpan.FromMinutes(29));
        Assert.Empty(lease.Calls);

        await _harness.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.All(lease.Calls, call => Assert.Equal((SecretStep.Revoke, "keys/a", After(0.5)), (call.Step, (string?)call.Plan.Data()["key"], call.Context.Now)));
        Assert.NotEmpty(lease.Calls);
        Assert.Null(await lease.StoredAsync());
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task What_is_due_at_once_is_done_when_all_is_idle_and_no_time_has_passed()
    {
        await ScheduleAsync("calls", 0);
        await _harness.IdleAsync();

        Assert.Equal([("calls", EngineHarness.Start)], _ended);
        Assert.Equal(EngineHarness.Start, _harness.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Answers_to_calls_are_waited_for_wherever_the_engine_goes_on_after_them()
    {
        await ScheduleAsync("calls", 60);

        await _harness.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(WorksEngine.CallsOfARun, _http.Calls);
        Assert.Equal([("calls", After(1.0 / 60))], _ended);
    }

    [Fact]
    public async Task A_pause_of_the_engine_ends_when_its_time_has_passed_and_what_follows_is_waited_for()
    {
        await ScheduleAsync("pauses", 60);

        await _harness.AdvanceAsync(TimeSpan.FromMinutes(3));

        Assert.Equal([("pauses", EngineHarness.Start.AddSeconds(60 + (WorksEngine.PausesOfARun * 5)))], _ended);
        Assert.Equal(WorksEngine.PausesOfARun, _http.Calls);
    }

    [Fact]
    public async Task A_timer_that_comes_back_ends_once_a_period()
    {
        await ScheduleAsync("ticks", 0);

        await _harness.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal([("ticks", EngineHarness.Start.AddSeconds(30))], _ended);
    }

    [Fact]
    public async Task A_run_that_is_not_finished_is_tried_again_while_time_passes()
    {
        await ScheduleAsync("tries", 0);

        await _harness.AdvanceUntilAsync(() => Task.FromResult(_ended.Count == 3));

        Assert.Equal([0, 10, 30], _ended.Select(run => (run.At - EngineHarness.Start).TotalSeconds));
    }

    [Fact]
    public async Task A_request_that_waits_for_time_is_answered_after_no_more_time_than_it_takes()
    {
        var asked = _harness.WriteAsync("run/pauses");

        await _harness.AdvanceUntilEndAsync(asked);

        Assert.IsType<Reply.Run>(await asked);
        Assert.Equal(EngineHarness.Start.AddSeconds(WorksEngine.PausesOfARun * 5), _harness.Clock.GetUtcNow());
    }

    [Fact]
    public async Task What_does_not_come_within_the_time_given_fails_and_says_how_much_has_passed()
    {
        var never = await Assert.ThrowsAsync<TimeoutException>(() => _harness.AdvanceUntilAsync(() => Task.FromResult(false), TimeSpan.FromHours(1)));

        Assert.StartsWith("01:00:00 of virtual time have passed and it is still not so", never.Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset After(double hours) => EngineHarness.Start + TimeSpan.FromHours(hours);

    private void Note(string task) => _ended.Enqueue((task, _harness.Clock.GetUtcNow()));

    private async Task ScheduleAsync(string task, int seconds) =>
        (await _harness.WriteAsync($"schedule/{task}", $$"""{"after":{{seconds}}}""")).AssertDone();

    /// <summary>Answers after it has gone on a few times on other threads.</summary>
    private sealed class HopsHandler : HttpMessageHandler
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (var hop = 0; hop < 3; hop++)
            {
                await Task.Run(() => Interlocked.MemoryBarrier(), cancellationToken).ConfigureAwait(false);
            }

            Interlocked.Increment(ref _calls);
            return new HttpResponseMessage { Content = new StringContent("well") };
        }
    }

    private sealed class WorksEngine(EngineContext engine, Action<string> onEnd) : IEngine, IStoredSecret
    {
        public const int CallsOfARun = 50;
        public const int PausesOfARun = 12;

        private static readonly Field<TimeSpan> In = Field.Duration("after", "When the run is due, from now.");

        public string Name => "key";

        public ImmutableArray<ISecretKind> Secrets => [this];

        public ImmutableArray<IEngineTask> Tasks =>
        [
            new Work("sweep", onEnd, (context, _) => Task.FromResult(TaskOutcome.DueAgain(Reply.Done, context.Now + TimeSpan.FromHours(1)))) { FirstRunAfter = TimeSpan.FromHours(1) },
            new Work("calls", onEnd, async (_, cancellation) => await CallAsync(CallsOfARun, cancellation)),
            new Work("pauses", onEnd, async (_, cancellation) => await PauseAsync(cancellation)),
            new Work("ticks", onEnd, async (_, cancellation) => await TickAsync(cancellation)),
            new Work("tries", onEnd, (_, _) => Task.FromResult(TaskOutcome.Unfinished(Reply.Invalid("not yet")))),
        ];

        public ImmutableArray<EnginePath> Paths =>
        [
            new("schedule/{task}", "Sets when a run is due.")
            {
                Fields = [In],
                Write = async (request, cancellation) =>
                {
                    await request.Storage.ScheduleAsync(request.Param("task"), "", request.Now + request.Get(In), cancellation);
                    return Reply.Done;
                },
            },
            new("run/{task}", "Runs a task.") { Write = (request, _) => ValueTask.FromResult<Reply>(new Reply.Run(request.Param("task"))) },
            new("keys", "Gives a key.")
            {
                Write = (request, _) =>
                {
                    request.Storage.Put("keys/a", "a"u8.ToArray());
                    var plan = new LeasePlan("key", JsonText.Write(json => json.WriteString("key", "keys/a"))) { Ttl = TimeSpan.FromMinutes(30) };
                    return ValueTask.FromResult<Reply>(new Reply.LeasedData(plan, JsonText.Write(json => json.WriteString("key", "a"))));
                },
            },
        ];

        private HttpClient Http => engine.Outbound.Http(OutboundSettings.Usual);

        public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation) =>
            ValueTask.FromResult(new Renewal(TimeSpan.Zero, plan.MaxTtl));

        public ValueTask RevokeAsync(SecretContext context, IStorageView storage, LeasePlan plan, CancellationToken cancellation)
        {
            storage.Delete((string)plan.Data()["key"]!);
            return ValueTask.CompletedTask;
        }

        /// <summary>Leaves every context, as a library for an outside system does.</summary>
        private async Task<TaskOutcome> CallAsync(int calls, CancellationToken cancellation)
        {
            for (var call = 0; call < calls; call++)
            {
                using var response = await Http.GetAsync(new Uri("http://works.test/"), HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
                await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            }

            return TaskOutcome.Done(Reply.Done);
        }

        private async Task<TaskOutcome> PauseAsync(CancellationToken cancellation)
        {
            for (var pause = 0; pause < PausesOfARun; pause++)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), engine.Clock, cancellation).ConfigureAwait(false);
                await CallAsync(1, cancellation).ConfigureAwait(false);
            }

            return TaskOutcome.Done(Reply.Done);
        }

        private async Task<TaskOutcome> TickAsync(CancellationToken cancellation)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), engine.Clock);
            for (var tick = 0; tick < 3; tick++)
            {
                await timer.WaitForNextTickAsync(cancellation);
            }

            return TaskOutcome.Done(Reply.Done);
        }
    }

    private sealed class Work(string name, Action<string> onEnd, Func<ITaskContext, CancellationToken, Task<TaskOutcome>> run) : IEngineTask
    {
        public string Name => name;

        public TimeSpan? FirstRunAfter { get; init; }

        public async ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation)
        {
            var outcome = await run(context, cancellation);
            onEnd(name);
            return outcome;
        }
    }
}
