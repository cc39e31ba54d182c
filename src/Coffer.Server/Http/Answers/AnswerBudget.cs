using Coffer.Kernel.Bounds;

namespace Coffer.Server.Http.Answers;

/// <summary>
/// The bytes of finished answers that one server holds at once, until their clients have taken them. A client that asks and does not read holds memory
/// otherwise, as much as it has connections for.
/// </summary>
/// <param name="bytesMax">Held by answers that are being sent. As much again by those that wait; beyond that they do not wait.</param>
internal sealed class AnswerBudget(long bytesMax, TimeProvider clock, MemoryReturn memory)
{
    private readonly ByteShare _sent = new(bytesMax);
    private readonly ByteShare _waiting = new(bytesMax);
    private readonly MemoryReturn _memory = memory;

    /// <summary>What is held now, in bytes, by answers that are sent and by those that wait.</summary>
    public long Held => _sent.Held + _waiting.Held;

    /// <summary>Times how long clients take.</summary>
    public TimeProvider Clock => clock;

    /// <summary>Enough for two answers with the largest body that any listener takes.</summary>
    public static AnswerBudget For(IEnumerable<long> largestBodies, TimeProvider clock, MemoryReturn memory) => new(
        Math.Max(AnswerLimits.BytesMax, 2 * (largestBodies.DefaultIfEmpty().Max(size => Math.Min(size, Array.MaxLength)) + AnswerLimits.EnvelopeBytes)), clock, memory);

    /// <summary>Takes a place for an answer, and waits for one if need be. Dispose it when the answer is sent or given up.</summary>
    /// <param name="bytes">Length of the answer.</param>
    /// <param name="isCounted">The kernel has counted it (<see cref="Kernel.Requests.ApiReply.Share"/>), so it needs no place here.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null: others are in the way, and there is no point in waiting.</returns>
    public async ValueTask<IDisposable?> TryTakeAsync(int bytes, bool isCounted, CancellationToken cancellation)
    {
        if (isCounted)
        {
            return new Place(() => _memory.Used(bytes));
        }

        if (bytes <= AnswerLimits.UncountedBytes)
        {
            return Uncounted.Instance;
        }

        // One that is larger than all of it, such as a long list, is sent by itself.
        var size = Math.Min(bytes, bytesMax);
        if (_sent.TryTake(size))
        {
            return PlaceOf(size);
        }

        if (!_waiting.TryTake(size))
        {
            return null;
        }

        try
        {
            return await _sent.TryTakeAsync(size, AnswerLimits.WaitMax, clock, cancellation) ? PlaceOf(size) : null;
        }
        finally
        {
            _waiting.GiveBack(size);
        }
    }

    private Place PlaceOf(long size) => new(() =>
    {
        _sent.GiveBack(size);
        _memory.Used(size);
    });

    private sealed class Uncounted : IDisposable
    {
        public static Uncounted Instance { get; } = new();

        public void Dispose()
        {
            // Nothing was taken.
        }
    }

    private sealed class Place(Action giveBack) : IDisposable
    {
        private Action? _giveBack = giveBack;

        public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
    }
}
