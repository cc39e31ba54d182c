
namespace Coffer.Audit.Sinks;

/// <summary>The sink of an enabled device that the configuration no longer allows: it records nothing, and says why.</summary>
public sealed class RefusedSink(string reason) : IAuditSink
{
    public long WaitingBytes => 0;

    public Task WriteAsync(ReadOnlyMemory<byte> entry, bool here, CancellationToken cancellation) =>
        Task.FromException(new AuditUnavailableException(reason));

    public void Reopen()
    {
        // Nothing is open.
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
