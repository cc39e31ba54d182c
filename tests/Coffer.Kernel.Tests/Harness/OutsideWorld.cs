using System.Collections.Concurrent;
using Coffer.Sdk.Leases;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>The system behind the fake engine: what exists there, every call made to it, and the faults a test wants.</summary>
public sealed class OutsideWorld
{
    private readonly ConcurrentDictionary<string, bool> _secrets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>Names of the secrets that exist now.</summary>
    public IReadOnlyCollection<string> Secrets => [.. _secrets.Keys];

    /// <summary>Every call in order: <c>create NAME</c>, <c>renew NAME</c>, <c>revoke NAME</c>.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Given the operation and its number, the exception to throw; null for none.</summary>
    public Func<string, int, Exception?> Fault { get; set; } = (_, _) => null;

    /// <summary>A fault strikes after the call has done its work instead of before.</summary>
    public bool FailsAfter { get; set; }

    /// <summary>Runs inside a call, before it does its work: the place to hold it up or to let others act.</summary>
    public Func<string, Task> During { get; set; } = _ => Task.CompletedTask;

    /// <summary>A call that is held up goes on however often it is cancelled, as a driver without cancellation does.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Given the operation and the name of the secret, true for a call that is never answered.</summary>
    public Func<string, string, bool> Hangs { get; set; } = (_, _) => false;

    /// <summary>Calls that were cancelled while they were held up, as in <see cref="Calls"/>.</summary>
    public ConcurrentQueue<string> Ended { get; } = new();

    /// <summary>What was to be removed and was not there, once for each look.</summary>
    public ConcurrentQueue<string> Missed { get; } = new();

    /// <summary>It decides itself when a secret ends, this long after it was made; null leaves it to the lease.</summary>
    public TimeSpan? EndsAfter { get; set; }

    /// <summary>What it says of the time at each creation; null for nothing.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>Creations succeed, and report that one of their calls got no answer.</summary>
    public bool Unsettled { get; set; }

    /// <summary>A call that was under way is carried out after all.</summary>
    public void Appear(string name) => _secrets[name] = true;

    public int CallsOf(string operation) => _counts.GetValueOrDefault(operation);

    /// <summary>Fails every call of an operation with one class of error.</summary>
    public void FailAll(string operation, FailureClass failure) =>
        Fault = (called, _) => called == operation ? new EngineException(failure, $"{operation} failed as asked") : null;

    public void Heal() => Fault = (_, _) => null;

    /// <summary>Counts a call that does nothing else.</summary>
    internal int NoteCall(string operation) => _counts.AddOrUpdate(operation, 1, (_, count) => count + 1);

    internal async Task CallAsync(string operation, string name, CancellationToken cancellation)
    {
        _calls.Enqueue($"{operation} {name}");
        var fault = Fault(operation, NoteCall(operation));
        try
        {
            await OrCancelledAsync(During(operation), IsDeaf ? CancellationToken.None : cancellation);
            if (Hangs(operation, name))
            {
                await OrCancelledAsync(new TaskCompletionSource().Task, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            Ended.Enqueue($"{operation} {name}");
            throw;
        }

        if (fault is not null && !FailsAfter)
        {
            throw fault;
        }

        switch (operation)
        {
            case "create":
                _secrets[name] = true;
                break;
            case "revoke":
                if (!_secrets.TryRemove(name, out _))
                {
                    Missed.Enqueue(name);
                }

                break;
        }

        if (fault is not null)
        {
            throw fault;
        }
    }

    /// <summary>As <see cref="Task.WaitAsync(CancellationToken)"/>, without a moment on the thread pool that the harness's context would not count.</summary>
    private static async Task OrCancelledAsync(Task task, CancellationToken cancellation)
    {
        var either = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cancelled = cancellation.Register(() => either.TrySetCanceled(cancellation));
        _ = PassOnAsync();
        await either.Task;

        async Task PassOnAsync()
        {
            try
            {
                await task;
                either.TrySetResult();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                either.TrySetException(failure);
            }
        }
    }
}
