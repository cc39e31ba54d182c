namespace Coffer.Kernel.Audit;

/// <summary>Makes the sinks of devices, by their type.</summary>
/// <param name="generation">How far the store has come, for checkpoints; null where it does not count.</param>
/// <param name="removals">Hears of files that are removed; null where nobody is to hear of it.</param>
internal class AuditSinks(
    AuditBounds bounds, TimeProvider clock, Action<string, Exception> onFailure, Func<long>? generation = null, AuditRemovals? removals = null)
{
    private static readonly string[] Types = ["file", "socket", "syslog"];

    public AuditBounds Bounds => bounds;

    /// <summary>What an operator should look at; null when all is well.</summary>
    public string? Problem => removals?.Problem;

    public static string? TypeProblem(string type) => type == "http"
        ? "audit devices of type \"http\" are not available; use \"file\", \"socket\" or \"syslog\""
        : Types.Contains(type, StringComparer.Ordinal) ? null : "unknown backend type: there are file, socket and syslog";

    /// <param name="memory">Of the device's chain; a device that sends its lines away begins a new one at each start.</param>
    public virtual IAuditSink Create(AuditDevice device, AuditDeviceOptions options, ReadOnlySpan<byte> signingKey, AuditMemory memory)
    {
        var signer = new AuditSigner(signingKey, device.Uuid, generation);
        return options.Remote is { } remote
            ? new SpoolSink(SenderOf(remote), remote.Name, options.Prefix, signer, clock, onFailure)
            : new LineSink(TargetOf(device, options), options.Prefix, signer, clock, onFailure, memory);
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
        : new FileTarget(options, bounds.Of(device), clock, onRemoved: () => removals?.Note(device.Path));
}
