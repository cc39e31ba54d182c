namespace Coffer.Kernel.Hosting;

/// <summary>Lets in what needs the keys of an unsealed server, until it is closed; then it says when nothing of that runs any more.</summary>
internal sealed class EntryGate
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The first is the gate's own, until it is closed.
    private int _inside = 1;

    /// <summary>Keeps the keys until <see cref="Leave"/>; false when the gate is closed.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _inside) > 1)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _inside) == 0)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Lets nothing in any more. To be called once.</summary>
    /// <returns>Ends when the last has left.</returns>
    public Task CloseAsync()
    {
        Leave();
        return _drained.Task;
    }
}
