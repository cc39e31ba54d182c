using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Sealing.</summary>
internal sealed class SysSeal(IServerControl control)
{
    public ImmutableArray<EnginePath> Paths =>
    [
        new("seal", "Seals the server: throws every key in memory away.") { Write = SealAsync, Sudo = true },
    ];

    private ValueTask<Reply> SealAsync(EngineRequest request, CancellationToken cancellation)
    {
        return ValueTask.FromResult(Reply.Done.Then(() =>
        {
            control.RequestSeal();
        }));
    }
}
