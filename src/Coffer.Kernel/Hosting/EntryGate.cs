namespace Coffer.Kernel.Hosting;

/// <summary>Counts what is running with the keys of an unsealed server. When it is closed, nothing more is let in, and it says when the last has left.</summary>
internal sealed class EntryGate
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Starts at one for the gate itself, so that it is not empty before it is closed.
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
    public async Task CloseAsync()
    {
        Leave();

        // Awaited here and not handed out, so that the caller's synchronization context knows of the wait: tests see by it when nothing runs.
        await _drained.Task;
    }
}
