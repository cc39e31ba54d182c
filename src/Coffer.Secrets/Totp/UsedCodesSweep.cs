using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;
using Coffer.Sdk.Tasks;

namespace Coffer.Secrets.Totp;

/// <summary>Removes the used codes of deleted keys. Those of other keys are looked at when a code is checked next, so no run is needed for them.</summary>
internal sealed class UsedCodesSweep : IEngineTask
{
    public const string TaskName = "sweep-used-codes";

    public string Name => TaskName;

    /// <summary>Sets the next run for the end of some codes, unless it is due earlier.</summary>
    /// <param name="end">Seconds since 1970.</param>
    public static async ValueTask ScheduleAsync(IStorageView storage, long end, CancellationToken cancellation)
    {
        var due = DateTimeOffset.FromUnixTimeSeconds(end);
        if (await storage.FindTaskAsync(TaskName, "", cancellation) is not { } state || state.Due > due)
        {
            await storage.ScheduleAsync(TaskName, "", due, cancellation);
        }
    }

    public async ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation)
    {
        var now = context.Now.ToUnixTimeSeconds();
        long? next = null;
        var storage = context.Read();
        foreach (var name in await storage.ListAsync(UsedCodes.Prefix, cancellation))
        {
            if (await UsedCodes.GetAsync(storage, name, cancellation) is not { } used)
            {
                continue;
            }

            if (used.End <= now)
            {
                await context.CommitAsync(view => RemoveAsync(view, name, now, cancellation), cancellation);
            }
            else if (await TotpKey.GetAsync(storage, name, cancellation) is null)
            {
                next = Math.Min(next ?? long.MaxValue, used.End);
            }
        }

        return next is { } due ? TaskOutcome.DueAgain(Reply.Done, DateTimeOffset.FromUnixTimeSeconds(due)) : TaskOutcome.Done(Reply.Done);
    }

    private static async ValueTask RemoveAsync(IStorageView storage, string name, long now, CancellationToken cancellation)
    {
        // A code may have been checked since the entry was looked at.
        if (await UsedCodes.GetAsync(storage, name, cancellation) is { } used && used.End <= now)
        {
            storage.Delete(UsedCodes.Prefix + name);
        }
    }
}
