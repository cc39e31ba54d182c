using Coffer.Kernel.Bounds;

namespace Coffer.Server.Http.Bodies;

/// <summary>
/// The bytes of request bodies that one server holds at once, from their arrival to the end of their requests. Token holders and everybody else have
/// a share each, so that nobody without a token can use up what the others need.
/// </summary>
/// <param name="holdersMax">The token holders' share in bytes. No single body is larger.</param>
/// <param name="strangersMax">The share of everybody else, in bytes.</param>
/// <param name="memory">Hears of the bodies that are no longer held.</param>
internal sealed class BodyBudget(long holdersMax, long strangersMax, MemoryReturn? memory = null)
{
    private readonly ByteShare _holders = new(holdersMax);
    private readonly ByteShare _strangers = new(strangersMax);

    /// <summary>Enough for two of the largest bodies that any listener takes.</summary>
    public static BodyBudget For(IEnumerable<long> largestBodies, MemoryReturn? memory = null) => new(
        Math.Max(BodyLimits.TokenHoldersBytesMax, 2 * largestBodies.DefaultIfEmpty().Max(size => Math.Min(size, Array.MaxLength))), BodyLimits.StrangersBytesMax, memory);

    /// <summary>What is held now, in bytes.</summary>
    public long Held => _holders.Held + _strangers.Held;

    /// <summary>Takes bytes of the strangers' share if they are free.</summary>
    public bool TryTakeAsStranger(long bytes) => _strangers.TryTake(bytes);

    /// <summary>Takes bytes of the token holders' share if they are free and nobody waits for them.</summary>
    public bool TryTakeAsHolder(long bytes) => _holders.TryTake(bytes);

    /// <summary>Takes bytes of the token holders' share, in the order in which they were asked for.</summary>
    /// <exception cref="OperationCanceledException">They were not free in time; nothing is taken.</exception>
    public ValueTask TakeAsHolderAsync(long bytes, CancellationToken cancellation) => _holders.TakeAsync(bytes, cancellation);

    /// <summary>Gives back what was taken of either share.</summary>
    public void GiveBack(long holderBytes, long strangerBytes)
    {
        _strangers.GiveBack(strangerBytes);
        _holders.GiveBack(holderBytes);
        memory?.Used(holderBytes);
    }
}
