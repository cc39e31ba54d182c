using Coffer.Kernel.Requests;
using Coffer.Kernel.Seal;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary>The server as its open paths see it.</summary>
internal sealed class OpenServer
{
    public required ISealControl Seal { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>When the process began to serve.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>As the API reports it.</summary>
    public required string Version { get; init; }

    /// <summary>As the configuration names the store.</summary>
    public required string StorageType { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Writes the metrics in a format of <c>sys/metrics</c>.</summary>
    public required Func<string, CancellationToken, ValueTask<ApiReply>> Metrics { get; init; }
}
