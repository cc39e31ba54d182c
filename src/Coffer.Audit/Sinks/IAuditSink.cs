using Coffer.Audit.Chain;

namespace Coffer.Audit.Sinks;

/// <summary>Takes the entries of one device, in order, and says when each is recorded. Owned by the broker.</summary>
/// <remarks>
/// A file records when its line is written. A remote device records when the entry is in its spool, which is bounded: only a full spool makes
/// requests wait.
/// </remarks>
public interface IAuditSink : IAsyncDisposable
{
    /// <summary>Bytes of the entries that wait to be recorded.</summary>
    long WaitingBytes { get; }

    /// <summary>The last line that was written; null before the first.</summary>
    AuditMark? Head => null;

    /// <summary>Records an entry. Waits for room; once there is, the entry is recorded whether or not the caller still waits.</summary>
    /// <param name="entry">A JSON object without its closing brace.</param>
    /// <param name="here">The caller's thread may do the writing. False where another device must not wait for this one.</param>
    /// <param name="cancellation">Ends the wait for room.</param>
    /// <exception cref="AuditUnavailableException">It could not be recorded.</exception>
    Task WriteAsync(ReadOnlyMemory<byte> entry, bool here, CancellationToken cancellation);

    /// <summary>As <see cref="WriteAsync"/>, for the entry that shows whether a device can be enabled: it is at its destination when this returns.</summary>
    Task TestAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation) => WriteAsync(entry, here: true, cancellation);

    /// <summary>Lets go of what is open and opens it again: its file was moved away.</summary>
    void Reopen();
}
