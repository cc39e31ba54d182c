using System.Collections.Immutable;
using Coffer.Kernel.Background;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/clock</c>: how far the system's clock is from the kernel's time, and an operator's decision to follow it.</summary>
internal sealed class SysClock(KernelClock clock, DueSignal due)
{
    public ImmutableArray<EnginePath> Paths =>
    [
        new("clock", "Shows the time that leases and tokens live by, and how far the system's clock is from it and from that of outside systems.") { Read = ReadAsync, Sudo = true },
        new("clock/confirm", "Takes the system's time over: what is past its end by it ends, and after a step back all lives on as much longer.") { Write = ConfirmAsync, Sudo = true },
    ];

    private ValueTask<Reply> ReadAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var step = clock.Step;
        return ValueTask.FromResult(Reply.With(json =>
        {
            json.WriteString("time", Rfc3339.Format(clock.GetUtcNow()));
            json.WriteNumber("step_seconds", (long)(step?.By.TotalSeconds ?? 0));
            json.WriteString("step_noticed", step is null ? "" : Rfc3339.Format(step.Noticed));
            json.WriteString("step_against", step is null ? "" : step.Origin == ClockStepOrigin.Store ? "store" : "steady_clock");
            json.WriteString("problem", clock.Problem ?? "");
            json.WriteStartArray("outside");
            foreach (var outside in clock.Outside.Look())
            {
                json.WriteStartObject();
                json.WriteString("system", outside.Name);
                json.WriteNumber("ahead_seconds", (long)outside.Ahead.TotalSeconds);
                json.WriteNumber("heard_seconds_ago", (long)outside.Age.TotalSeconds);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("outside_problem", clock.Outside.Problem ?? "");
        }));
    }

    private ValueTask<Reply> ConfirmAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);

        // Stored in the request's commit: after a step back, the next start must compare with the new time, not with the old one.
        ClockNote.Put(request.Work, clock.GetUtcNow() + (clock.Step?.By ?? TimeSpan.Zero));
        return ValueTask.FromResult(Reply.Done.Then(() =>
        {
            clock.Confirm();
            due.Add(clock.GetUtcNow());
        }));
    }
}
