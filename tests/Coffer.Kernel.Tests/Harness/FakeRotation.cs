using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>Makes a key outside, stores that it did, and takes the old one away.</summary>
internal sealed class FakeRotation(OutsideWorld world) : IEngineTask
{
    public string Name => "key";

    public async ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation)
    {
        if (await context.Read().GetAsync("made", cancellation) is null)
        {
            await world.CallAsync("make", "key", cancellation);
            await context.CommitAsync(
                storage =>
                {
                    storage.Put("made", "1"u8.ToArray());
                    return ValueTask.CompletedTask;
                },
                cancellation);
        }

        try
        {
            await world.CallAsync("remove", "old", cancellation);
        }
        catch (EngineException error)
        {
            return TaskOutcome.Unfinished(Reply.Done with { Warnings = [error.Message] });
        }

        await context.CommitAsync(
            storage =>
            {
                storage.Delete("made");
                return ValueTask.CompletedTask;
            },
            cancellation);
        return TaskOutcome.Done(Reply.Done);
    }
}
