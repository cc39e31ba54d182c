namespace Coffer.Testing;

/// <summary>
/// As <see cref="CountingContext"/>, and runs one thing at a time, in an order that a seed decides. What stays in it does the same in each run with that seed, and
/// another seed is another order of events.
/// </summary>
public sealed class SeededContext(int seed) : CountingContext
{
    private readonly Lock _lock = new();
    private readonly List<WaitCallback> _queued = [];
    private readonly Random _dice = new(seed);
    private bool _runs;

    protected override void Queue(WaitCallback work)
    {
        lock (_lock)
        {
            _queued.Add(work);
            if (_runs)
            {
                return;
            }

            _runs = true;
        }

        ThreadPool.QueueUserWorkItem(_ => RunAll(), null);
    }

    private void RunAll()
    {
        while (true)
        {
            WaitCallback work;
            lock (_lock)
            {
                if (_queued.Count == 0)
                {
                    _runs = false;
                    return;
                }

                var next = _dice.Next(_queued.Count);
                work = _queued[next];
                _queued.RemoveAt(next);
            }

            work(null);
        }
    }
}
