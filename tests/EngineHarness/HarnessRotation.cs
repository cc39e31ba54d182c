using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Testing.Engines;

/// <summary>Runs a rotation without the kernel, each of its commits on the harness's store; time passes while it waits.</summary>
public sealed class HarnessRotation(EngineHarness engine) : IRotationContext
{
    /// <summary>Commits made so far.</summary>
    public int Commits { get; private set; }

    /// <summary>The commit that fails, once, counted from 0; none by default.</summary>
    public int FailingCommit { get; set; } = -1;

    /// <summary>Whether the failing commit is stored all the same, as when the answer of a store is lost.</summary>
    public bool FailsAfterwards { get; set; }

    public DateTimeOffset Now => engine.Clock.GetUtcNow();

    public IStorageReader Read() => engine.Store.Begin();

    public async ValueTask CommitAsync(Func<IStorageView, ValueTask> change, CancellationToken cancellation)
    {
        // Once for nothing: that is what a conflict does.
        await change(engine.Store.Begin());
        var unit = engine.Store.Begin();
        await change(unit);
        var fails = Commits++ == FailingCommit;
        if (!fails || FailsAfterwards)
        {
            unit.Commit();
        }

        if (fails)
        {
            throw new IOException("the store is gone");
        }
    }

    /// <summary>Goes on with a rotation from what is stored.</summary>
    public async Task<RotationOutcome> RunAsync(string name)
    {
        var run = engine.Engine.Rotations.Single(rotation => rotation.Name == name).RunAsync(this, TestContext.Current.CancellationToken).AsTask();
        await engine.AdvanceUntilEndAsync(run, TimeSpan.FromMilliseconds(250));
        return await run;
    }

    /// <summary>Asks a path for its rotation, and runs it.</summary>
    public async Task<RotationOutcome> WriteAsync(string path) => await engine.WriteAsync(path) is Reply.Rotating rotating
        ? await RunAsync(rotating.Rotation)
        : throw new InvalidOperationException($"{path} begins no rotation");
}
