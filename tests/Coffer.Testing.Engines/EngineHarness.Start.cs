using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;

namespace Coffer.Testing.Engines;

/// <content>Begins the kernel and mounts the engine, once.</content>
public sealed partial class EngineHarness
{
    private async Task StartAsync()
    {
        if (_uuid is not null)
        {
            return;
        }

        await _starting.WaitAsync();
        try
        {
            _uuid ??= await _context.RunAsync(UnsealedAsync);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <returns>The UUID of the mount; a type that the kernel mounts by itself has it from there.</returns>
    private async Task<string> UnsealedAsync()
    {
        var mount = MountEntry.New(_random, _path, _type.Name, _type.Class, "") with { Options = _options, HasOptions = _options.Count > 0 };
        ImmutableArray<MountEntry> mounts = _type.Name == "cubbyhole" ? [] : [mount];
        var made = await _kernel.InitializeAsync(new InitRequest(1, 1) { RootToken = RootToken, Mounts = mounts }, CancellationToken.None);
        var step = await _kernel.UnsealAsync(Convert.ToHexStringLower(made!.Shares[0]), CancellationToken.None);
        if (step.Problem is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        return (await RouterAsync()).Table.Mounts.Single(known => known.Path == _path).Uuid;
    }

    private ValueTask<Router> RouterAsync()
    {
        var parts = _kernel.Active!.Parts;
        return parts.Routers.ReadAsync(parts.Transactions.Begin(), CancellationToken.None);
    }

    private WatchedEngine Create(EngineContext context)
    {
        Made = _type.Create(context with
        {
            OnOutsideTime = (name, time) =>
            {
                OutsideTimes.Enqueue((name, time));
                context.OnOutsideTime(name, time);
            },
        });
        return WatchedEngine.Over(Made, this);
    }
}
