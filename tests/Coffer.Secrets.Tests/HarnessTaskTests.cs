using System.Collections.Immutable;
using System.Text;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;
using Coffer.Storage;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests;

/// <summary>Tasks with an argument, and what the harness lets a test do with one run.</summary>
public sealed class HarnessTaskTests : IAsyncDisposable
{
    private const string Anna = "anna/at home";

    private readonly EngineHarness _harness = new(new EngineType("roster", MountClass.Secret, "Roles.", _ => new RosterEngine()));

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_run_that_is_due_later_is_waited_for_by_its_argument()
    {
        await RoleAsync("bob", "2h");
        await RoleAsync(Anna, "48h");

        var outcome = await new HarnessTask(_harness).RunAsync("rotate", Anna);

        Assert.Equal(Anna, (string?)outcome.Reply.Data()["role"]);
        Assert.Equal(EngineHarness.Start + TimeSpan.FromDays(4), outcome.NextRun);
        Assert.Equal("2026-01-04T03:04:05Z", await _harness.Store.TextAsync($"password/{Anna}"));
    }

    [Fact]
    public async Task Runs_of_one_task_with_different_arguments_are_kept_apart()
    {
        await RoleAsync("bob", "2h");
        await RoleAsync(Anna, "2h");

        Assert.Equal("bob", (string?)(await new HarnessTask(_harness).RunAsync("rotate", "bob")).Reply.Data()["role"]);
        Assert.Equal(Anna, (string?)(await new HarnessTask(_harness).RunAsync("rotate", Anna)).Reply.Data()["role"]);
    }

    [Fact]
    public async Task A_path_runs_its_task_with_the_argument_and_the_body_that_it_was_given()
    {
        var outcome = await new HarnessTask(_harness).WriteAsync($"rotate/{Anna}", """{"period":"1h"}""");

        Assert.Equal(Anna, (string?)outcome.Reply.Data()["role"]);
        Assert.Equal(EngineHarness.Start + TimeSpan.FromHours(1), outcome.NextRun);
    }

    [Fact]
    public async Task Only_the_run_that_is_waited_for_is_counted_and_held_up()
    {
        await RoleAsync("bob", "2h");
        await RoleAsync(Anna, "2h");
        var begun = 0;
        var task = new HarnessTask(_harness) { Before = () => Task.FromResult(Interlocked.Increment(ref begun)) };

        await task.RunAsync("rotate", Anna);
        await new HarnessTask(_harness).RunAsync("rotate", "bob");

        Assert.Equal((1, 1), (begun, task.Commits));
    }

    [Fact]
    public async Task The_commit_of_a_run_with_an_argument_can_be_made_to_fail_and_the_run_is_tried_again()
    {
        await RoleAsync(Anna, "3h");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => new HarnessTask(_harness) { FailingCommit = 0 }.RunAsync("rotate", Anna));
        Assert.Equal([$"role/{Anna}"], await _harness.Store.KeysAsync());

        Assert.False((await new HarnessTask(_harness).RunAsync("rotate", Anna)).IsUnfinished);
        Assert.Equal([$"password/{Anna}", $"role/{Anna}"], await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task A_task_with_an_argument_that_is_not_due_is_an_error_that_names_both()
    {
        await RoleAsync("bob", "2h");

        var none = await Assert.ThrowsAsync<InvalidOperationException>(() => new HarnessTask(_harness).RunAsync("rotate", Anna));

        Assert.Equal("no run of task \"rotate\" with argument \"anna/at home\" is due: ask a path that answers Run, or schedule the run first", none.Message);
    }

    [Fact]
    public async Task A_run_that_takes_longer_than_its_task_allows_is_cut_off_as_on_a_server()
    {
        await RoleAsync("slow", "2h");
        var begin = _harness.Clock.GetUtcNow();

        await Assert.ThrowsAsync<TaskCanceledException>(() => new HarnessTask(_harness).RunAsync("rotate", "slow"));

        Assert.InRange(_harness.Clock.GetUtcNow() - begin, TimeSpan.FromHours(2) + RosterEngine.LongestRun, TimeSpan.FromHours(2) + RosterEngine.LongestRun + TimeSpan.FromMinutes(1));
    }

    private async Task RoleAsync(string name, string period) => (await _harness.WriteAsync($"roles/{name}", $$"""{"period":"{{period}}"}""")).AssertDone();

    /// <summary>Roles whose passwords are replaced one by one, each by its own period.</summary>
    private sealed class RosterEngine : IEngine, IEngineTask
    {
        public static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(2);

        private static readonly Field<TimeSpan> Period = Field.Duration("period", "How often the password is replaced.");

        public string Name => "rotate";

        public TimeSpan RunTimeMax => LongestRun;

        public ImmutableArray<EnginePath> Paths =>
        [
            new("roles/{name...}", "Manages a role.") { Fields = [Period], Write = WriteAsync },
            new("rotate/{name...}", "Replaces a role's password now, and from now on by a period.") { Fields = [Period], Write = RotateAsync },
        ];

        public ImmutableArray<IEngineTask> Tasks => [this];

        public async ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation)
        {
            if (context.Argument == "slow")
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            }

            await context.CommitAsync(
                storage =>
                {
                    storage.Put("password/" + context.Argument, Encoding.UTF8.GetBytes($"{context.Now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"));
                    return ValueTask.CompletedTask;
                },
                cancellation);
            var period = TimeSpan.FromTicks(BitConverter.ToInt64((await context.Read().GetAsync("role/" + context.Argument, cancellation))!.Value.Span));
            return TaskOutcome.DueAgain(Reply.With(json => json.WriteString("role", context.Argument)), context.Now + period);
        }

        private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
        {
            var period = Keep(request);
            await request.Storage.ScheduleAsync("rotate", request.Param("name"), request.Now + period, cancellation);
            return Reply.Done;
        }

        private static ValueTask<Reply> RotateAsync(EngineRequest request, CancellationToken cancellation)
        {
            Keep(request);
            return ValueTask.FromResult<Reply>(new Reply.Run("rotate", request.Param("name")));
        }

        private static TimeSpan Keep(EngineRequest request)
        {
            var period = request.Get(Period);
            request.Storage.Put("role/" + request.Param("name"), BitConverter.GetBytes(period.Ticks));
            return period;
        }
    }
}
