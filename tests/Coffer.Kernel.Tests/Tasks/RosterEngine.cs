using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;

namespace Coffer.Kernel.Tests.Tasks;

/// <summary>Roles whose passwords are replaced one by one, each by its own period; and a sweep every hour that nobody asks for.</summary>
internal sealed class RosterEngine : IEngine
{
    private static readonly Field<TimeSpan> Period = Field.Duration("period", "How often the password is replaced.");

    /// <summary>Runs so far: the task and its argument, in the order in which they began.</summary>
    public ConcurrentQueue<(string Task, string Argument, DateTimeOffset At)> Runs { get; } = new();

    /// <summary>Runs within a replacement.</summary>
    public Func<string, CancellationToken, Task> While { get; set; } = (_, _) => Task.CompletedTask;

    public ImmutableArray<EnginePath> Paths =>
    [
        new("roles/{name}", "Manages a role.") { Fields = [Period], Write = WriteAsync, Read = ReadAsync, Delete = DeleteAsync },
        new("rotate/{name}", "Replaces a role's password now.") { Write = (request, _) => ValueTask.FromResult<Reply>(new Reply.Run("rotate", request.Param("name"))) },
    ];

    public ImmutableArray<IEngineTask> Tasks => [new Rotation(this), new Sweep(this)];

    public static EngineType Type(RosterEngine engine) => new("roster", MountClass.Secret, "for tests", _ => engine);

    private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var period = request.Get(Period);
        request.Storage.Put("role/" + request.Param("name"), BitConverter.GetBytes(period.Ticks));
        await request.Storage.ScheduleAsync("rotate", request.Param("name"), request.Now + period, cancellation);
        return Reply.Done;
    }

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var state = await request.Storage.FindTaskAsync("rotate", request.Param("name"), cancellation);
        return state is null ? Reply.NotFound : Reply.With(json =>
        {
            json.WriteString("next", state.Due);
            json.WriteString("error", state.LastError);
            json.WriteNumber("failures", state.Failures);
            json.WriteBoolean("ran", state.LastRun is not null);
        });
    }

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        request.Storage.Delete("role/" + request.Param("name"));
        await request.Storage.UnscheduleAsync("rotate", request.Param("name"), cancellation);
        return Reply.Done;
    }

    private sealed class Rotation(RosterEngine engine) : IEngineTask
    {
        public string Name => "rotate";

        public async ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation)
        {
            engine.Runs.Enqueue((Name, context.Argument, context.Now));
            if (await context.Read().GetAsync("role/" + context.Argument, cancellation) is not { } stored)
            {
                return TaskOutcome.Done(Reply.Invalid("there is no such role"));
            }

            await engine.While(context.Argument, cancellation);
            await context.CommitAsync(
                storage =>
                {
                    storage.Put("password/" + context.Argument, Encoding.UTF8.GetBytes($"{context.Now:O}"));
                    return ValueTask.CompletedTask;
                },
                cancellation);
            return TaskOutcome.DueAgain(Reply.With(json => json.WriteString("role", context.Argument)), context.Now + TimeSpan.FromTicks(BitConverter.ToInt64(stored.Span)));
        }
    }

    private sealed class Sweep(RosterEngine engine) : IEngineTask
    {
        public string Name => "sweep";

        public TimeSpan? FirstRunAfter => TimeSpan.FromHours(1);

        public ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation)
        {
            engine.Runs.Enqueue((Name, context.Argument, context.Now));
            return ValueTask.FromResult(TaskOutcome.DueAgain(Reply.Done, context.Now + TimeSpan.FromHours(1)));
        }
    }
}
