namespace Coffer.Kernel.Background;

/// <summary>
/// Runs of a work that have a name each, and whose outcome requests can wait for. Requests that ask for the same name at the same time share one run.
/// </summary>
internal sealed class SharedRuns<T> : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TaskCompletionSource<T>> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);
    private readonly Effects _effects;
    private readonly DueSignal _due;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenRegistration _stopped;

    /// <param name="effects">Where runs are counted.</param>
    /// <param name="due">Of the work, whose step begins what is asked for.</param>
    /// <param name="stop">Cancelled at seal, and with it what is asked for and has not begun.</param>
    public SharedRuns(Effects effects, DueSignal due, CancellationToken stop)
    {
        (_effects, _due, _stop) = (effects, due, stop);
        _stopped = stop.UnsafeRegister(static state => ((SharedRuns<T>)state!).CancelAsked(), this);
    }

    /// <summary>Names that were asked for and do not run.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_lock)
            {
                return [.. _asked.Keys.Where(name => !_running.Contains(name))];
            }
        }
    }

    /// <summary>Asks for a run, or for the outcome of the one that is under way.</summary>
    /// <exception cref="OperationCanceledException">The server is being sealed, and the run had not begun or was cancelled.</exception>
    public async Task<T> AskAsync(string name)
    {
        TaskCompletionSource<T>? waiting;
        lock (_lock)
        {
            if (!_running.Contains(name))
            {
                _stop.ThrowIfCancellationRequested();
            }

            if (!_asked.TryGetValue(name, out waiting))
            {
                _asked[name] = waiting = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _due.Add(DateTimeOffset.MinValue);
        return await waiting.Task;
    }

    /// <summary>True while a run of this name is under way.</summary>
    public bool IsRunning(string name)
    {
        lock (_lock)
        {
            return _running.Contains(name);
        }
    }

    /// <summary>Begins a run as an effect, unless one of that name is under way.</summary>
    /// <param name="attempt">Its exception goes to those who asked, and nowhere else.</param>
    public bool TryBegin(string name, Func<Task<T>> attempt)
    {
        lock (_lock)
        {
            if (!_running.Add(name))
            {
                return false;
            }
        }

        _effects.Run(() => RunAsync(name, attempt));
        return true;
    }

    public void Dispose() => _stopped.Dispose();

    private async Task RunAsync(string name, Func<Task<T>> attempt)
    {
        try
        {
            var outcome = await attempt();
            End(name)?.TrySetResult(outcome);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            End(name)?.TrySetCanceled(_stop);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            End(name)?.TrySetException(error);
        }
    }

    private TaskCompletionSource<T>? End(string name)
    {
        lock (_lock)
        {
            _running.Remove(name);
            _asked.Remove(name, out var waiting);
            return waiting;
        }
    }

    private void CancelAsked()
    {
        lock (_lock)
        {
            foreach (var name in _asked.Keys.Where(name => !_running.Contains(name)).ToArray())
            {
                _asked.Remove(name, out var waiting);
                waiting!.TrySetCanceled(_stop);
            }
        }
    }
}
