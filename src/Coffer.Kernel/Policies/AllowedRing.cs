
namespace Coffer.Kernel.Policies;

/// <summary>The last allowed requests. Adding one takes no lock and allocates nothing; finding one looks at all of them.</summary>
/// <remarks>
/// Every slot counts as <see cref="SlotBytes"/>. A request takes as many slots in a row as it needs, is kept in the first and empties the others; so the ring stays
/// within its bound, whatever the sizes of the requests.
/// </remarks>
internal sealed class AllowedRing(int bytesMax)
{
    private const int SlotBytes = 256;

    private readonly AllowedRequest?[] _slots = new AllowedRequest?[bytesMax / SlotBytes];
    private long _taken;

    /// <summary>Bytes held, about.</summary>
    public int Bytes => _slots.Sum(request => request?.Bytes ?? 0);

    /// <summary>Keeps a request, unless it is larger than the whole ring.</summary>
    public void Add(AllowedRequest request)
    {
        var count = (request.Bytes + SlotBytes - 1) / SlotBytes;
        if (count > _slots.Length)
        {
            return;
        }

        var first = Interlocked.Add(ref _taken, count) - count;
        Volatile.Write(ref _slots[first % _slots.Length], request);
        for (var slot = first + 1; slot < first + count; slot++)
        {
            Volatile.Write(ref _slots[slot % _slots.Length], null);
        }
    }

    public AllowedRequest? Find(string requestId) => Array.Find(_slots, request => request?.RequestId == requestId);
}
