using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.Seal;

/// <summary>
/// What an unsealed server does on an older copy of its store, or on one with entries that were set back: nothing, until an operator has seen what the copy would end and has
/// released it. The copy cannot vouch for any token, since it may have been revoked after the copy was made, nor for any lease's end, since it may have been renewed.
/// </summary>
/// <param name="condition">Null where the store cannot tell.</param>
public sealed class Quarantine(IStoreCondition? condition)
{
    /// <summary>What answers all the same: what is needed to look and to decide, each behind sudo.</summary>
    private static readonly string[] Open = ["sys/quarantine", "sys/quarantine/release", "sys/seal", "sys/clock", "sys/clock/confirm"];

    private readonly TaskCompletionSource _released = condition?.Older is null ? Done() : new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is known of the copy; null when there is no quarantine.</summary>
    public OlderCopy? Older => _released.Task.IsCompleted ? null : condition?.Older;

    /// <summary>Null when all is well.</summary>
    public string? Problem => Older is { } older ? $"{WhatOf(older)}, so nothing is accepted or revoked: look at sys/quarantine, then release it with sys/quarantine/release" : null;

    /// <summary>The answer to a request that has to wait; null when it need not.</summary>
    internal ApiReply? RefusalOf(ApiRequest request) =>
        Problem is not { } problem || (!request.Help && Open.Contains(request.Path.Text, StringComparer.Ordinal)) ? null : ApiReply.Error(ErrorKind.Unavailable, problem);

    /// <summary>Ends when there is no quarantine, or not any more.</summary>
    internal Task Released => _released.Task;

    /// <summary>The copy is the store from here on.</summary>
    internal void Release()
    {
        condition?.AcceptOlder();
        _released.TrySetResult();
    }

    private static string WhatOf(OlderCopy older) => (older.Touched.IsEmpty, older.Known == older.Found) switch
    {
        (true, _) => "the store is an older copy than the one last in use",
        (false, true) => $"entries of the store are not those that were last written ({string.Join(", ", older.Touched)}): they were changed or set back behind the server's back",
        _ => $"the store is an older copy than the one last in use, and entries of it are not those that were last written ({string.Join(", ", older.Touched)})",
    };

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
