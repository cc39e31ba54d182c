using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.Seal;

/// <summary>
/// What an unsealed server does on an older copy of its store: nothing, until an operator has seen what the copy would end and has released it. The copy cannot vouch for
/// any token, since it may have been revoked after the copy was made, nor for any lease's end, since it may have been renewed.
/// </summary>
/// <param name="condition">Null where the store cannot tell.</param>
public sealed class Quarantine(IStoreCondition? condition)
{
    /// <summary>What answers all the same: what is needed to look and to decide, each behind sudo.</summary>
    private static readonly string[] Open = ["sys/quarantine", "sys/quarantine/release", "sys/seal", "sys/clock", "sys/clock/confirm"];

    private static readonly ApiError Refused = new(
        ErrorKind.Unavailable, "the store is an older copy than the one last in use, so nothing is accepted or revoked: look at sys/quarantine, then release it with sys/quarantine/release");

    private readonly TaskCompletionSource _released = condition?.Older is null ? Done() : new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is known of the copy; null when there is no quarantine.</summary>
    public OlderCopy? Older => _released.Task.IsCompleted ? null : condition?.Older;

    /// <summary>Null when all is well.</summary>
    public string? Problem => Older is null ? null : Refused.Messages[0];

    /// <summary>The answer to a request that has to wait; null when it need not.</summary>
    internal ApiReply? RefusalOf(ApiRequest request) =>
        Older is null || (!request.Help && Open.Contains(request.Path.Text, StringComparer.Ordinal)) ? null : ApiReply.From(Refused);

    /// <summary>Begins background work once there is no quarantine.</summary>
    internal async Task RunReleasedAsync(Func<Task> work, CancellationToken stop)
    {
        await _released.Task.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
        {
            await work();
        }
    }

    /// <summary>The copy is the store from here on.</summary>
    internal void Release()
    {
        condition?.AcceptOlder();
        _released.TrySetResult();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
