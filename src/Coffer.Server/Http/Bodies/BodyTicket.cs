namespace Coffer.Server.Http.Bodies;

/// <summary>What one request holds of the budget; given back when the request has ended.</summary>
internal sealed class BodyTicket(BodyBudget budget) : IDisposable
{
    private long _holder;
    private long _stranger;

    /// <summary>Raises what is held of the strangers' share to this many bytes. False when they are not free.</summary>
    public bool TryRaiseAsStranger(long bytes)
    {
        if (bytes > _stranger && !budget.TryTakeAsStranger(bytes - _stranger))
        {
            return false;
        }

        _stranger = Math.Max(_stranger, bytes);
        return true;
    }

    /// <summary>Raises what is held of the token holders' share to this many bytes. False when they are not free at once.</summary>
    public bool TryRaiseAsHolder(long bytes)
    {
        if (bytes > _holder && !budget.TryTakeAsHolder(bytes - _holder))
        {
            return false;
        }

        _holder = Math.Max(_holder, bytes);
        LeaveStrangers();
        return true;
    }

    /// <summary>Takes this many bytes of the token holders' share, of which it has none yet, and waits for them if need be.</summary>
    /// <exception cref="OperationCanceledException">They were not free in time.</exception>
    public async ValueTask TakeAsHolderAsync(long bytes, CancellationToken cancellation)
    {
        await budget.TakeAsHolderAsync(bytes, cancellation);
        _holder += bytes;
        LeaveStrangers();
    }

    public void Dispose()
    {
        budget.GiveBack(_holder, _stranger);
        (_holder, _stranger) = (0, 0);
    }

    private void LeaveStrangers()
    {
        budget.GiveBack(0, _stranger);
        _stranger = 0;
    }
}
