using System.Buffers.Binary;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Transactions;

/// <summary>How long a unit of work waits before it is tried again after a conflict that no turn at an entry prevents.</summary>
/// <remarks>
/// The first tries follow at once, since the commit that caused a conflict has mostly ended already. Later ones wait a random time below a bound that doubles, so that
/// units of work that met each other once do not meet again at each try.
/// </remarks>
/// <param name="clock">The timers to wait by.</param>
/// <param name="random">Draws the times.</param>
internal sealed class RetryPause(TimeProvider clock, IRandom random)
{
    /// <summary>Tries after which the next one follows at once.</summary>
    public const int AtOnceMax = 3;

    /// <summary>The bound of the first pause; each later one is twice the one before.</summary>
    public static readonly TimeSpan BoundMin = TimeSpan.FromMilliseconds(2);

    /// <summary>The largest bound. With it, all pauses of one request together stay below a second.</summary>
    public static readonly TimeSpan BoundMax = TimeSpan.FromMilliseconds(16);

    /// <summary>No pause after this many tries is longer.</summary>
    /// <param name="attempt">Tries so far, from one.</param>
    public static TimeSpan BoundAfter(int attempt)
    {
        if (attempt <= AtOnceMax)
        {
            return TimeSpan.Zero;
        }

        var bound = BoundMin;
        for (var doubled = AtOnceMax + 1; doubled < attempt && bound < BoundMax; doubled++)
        {
            bound *= 2;
        }

        return bound < BoundMax ? bound : BoundMax;
    }

    /// <summary>Waits before the next try.</summary>
    /// <param name="attempt">Tries so far, from one.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public async ValueTask WaitAsync(int attempt, CancellationToken cancellation)
    {
        var pause = Draw(attempt);
        if (pause <= TimeSpan.Zero)
        {
            await Task.Yield();
            return;
        }

        await Task.Delay(pause, clock, cancellation);
    }

    /// <summary>A pause of whole milliseconds, which is what timers count, from zero up to the bound.</summary>
    /// <param name="attempt">Tries so far, from one.</param>
    public TimeSpan Draw(int attempt)
    {
        var bound = BoundAfter(attempt);
        if (bound == TimeSpan.Zero)
        {
            return bound;
        }

        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        random.Fill(bytes);
        var milliseconds = (ulong)bound.TotalMilliseconds + 1;
        return TimeSpan.FromMilliseconds((long)((BinaryPrimitives.ReadUInt32LittleEndian(bytes) * milliseconds) >> 32));
    }
}
