using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Microsoft.Extensions.Logging;

namespace Coffer.Audit.Sinks;

/// <summary>Makes the sinks of devices, by their type.</summary>
/// <param name="generation">How far the store has come, for checkpoints; null where it does not count.</param>
/// <param name="onRemoved">Called with the path of a device whose file was removed while it was written to; null where nobody is to hear of it.</param>
public class AuditSinks(
    AuditBounds bounds, TimeProvider clock, ILogger log, Func<long>? generation = null, Action<string>? onRemoved = null)
{
    public AuditBounds Bounds => bounds;

    /// <param name="memory">Of the device's chain; a device that sends its lines away begins a new one at each start.</param>
    public virtual IAuditSink Create(AuditDevice device, AuditDeviceOptions options, ReadOnlySpan<byte> signingKey, AuditMemory memory)
    {
        var signer = new AuditSigner(signingKey, device.Uuid, generation);
        return options.Remote is { } remote
            ? new SpoolSink(SenderOf(remote), remote.Name, options.Prefix, signer, clock, log)
            : new LineSink(TargetOf(device, options), options.Prefix, signer, clock, log, memory);
    }

    private ILineSender SenderOf(RemoteTarget remote) => remote switch
    {
        RemoteTarget.Socket socket => SocketSender.For(socket, clock),
        RemoteTarget.SystemLog log => new SystemLogSender(log, bounds.SystemLogSockets, clock),
        _ => throw new System.Diagnostics.UnreachableException($"no sender for {remote.Name}"),
    };

    private ILineTarget TargetOf(AuditDevice device, AuditDeviceOptions options) =>
        options.IsStandardOutput ? new StreamTarget(Console.OpenStandardOutput())
        : options.IsDiscard ? new StreamTarget(Stream.Null)
        : new FileTarget(options, bounds.Of(device), clock, onRemoved: () => onRemoved?.Invoke(device.Path));
}
