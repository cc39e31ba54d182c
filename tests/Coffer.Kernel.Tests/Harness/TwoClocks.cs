using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>A machine's two clocks, steered apart: timestamps and timers run with the steady one, and the wall's can be set.</summary>
/// <param name="steady">Moved by the test.</param>
public sealed class TwoClocks(FakeTimeProvider steady) : TimeProvider
{
    /// <summary>How far the wall's clock was set from where the steady one puts it.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + Offset;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => steady.CreateTimer(callback, state, dueTime, period);
}
