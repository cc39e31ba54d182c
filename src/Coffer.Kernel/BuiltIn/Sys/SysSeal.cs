using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Sealing.</summary>
internal static class SysSeal
{
    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("seal", "Seals the server: throws every key in memory away.") { Write = SealAsync, Sudo = true },
    ];

    private static ValueTask<Reply> SealAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        return ValueTask.FromResult(Reply.Done.Then(() =>
        {
            request.Services.Control.RequestSeal();
        }));
    }
}
