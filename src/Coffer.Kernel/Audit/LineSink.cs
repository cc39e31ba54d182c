using System.Threading.Channels;

namespace Coffer.Kernel.Audit;

/// <summary>
/// A device that records lines: one owner reads what waits, chains it, and writes it in one go. Signs a checkpoint every so many entries, before it
/// leaves a file, and when it is closed.
/// </summary>
internal sealed class LineSink : IAuditSink
{
    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(AuditLimits.QueueEntriesMax) { SingleReader = true });

    private readonly ILineTarget _target;
    private readonly AuditLineForm _form;
    private readonly AuditSigner _signer;
    private readonly TimeProvider _clock;
    private readonly Action<string, Exception> _onFailure;
    private readonly AuditChain _chain;
    private readonly Action<AuditMark>? _onCheckpoint;
    private readonly Task _owner;
    private volatile AuditMark? _head;
    private int _sinceCheckpoint;
    private long _waitingBytes;

    /// <param name="signer">Disposed with the sink.</param>
    /// <param name="memory">What former runs signed last, and what learns of each checkpoint once it is on the disk.</param>
    public LineSink(ILineTarget target, AuditLineForm form, AuditSigner signer, TimeProvider clock, Action<string, Exception> onFailure, AuditMemory memory = default)
    {
        _chain = new AuditChain(memory.LastCheckpoint);
        _onCheckpoint = memory.OnCheckpoint;
        _target = target;
        _form = form;
        _signer = signer;
        _clock = clock;
        _onFailure = onFailure;
        _owner = Task.Run(RunAsync);
    }

    public long WaitingBytes => Interlocked.Read(ref _waitingBytes);

    public AuditMark? Head => _head;

    public async Task WriteAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation)
    {
        var waiting = new Waiting(entry);
        Interlocked.Add(ref _waitingBytes, entry.Length);
        try
        {
            await _queue.Writer.WriteAsync(waiting, cancellation);
        }
        catch (ChannelClosedException error)
        {
            Interlocked.Add(ref _waitingBytes, -entry.Length);
            throw new AuditUnavailableException("the audit device is closed", error);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Add(ref _waitingBytes, -entry.Length);
            throw;
        }

        await waiting.Recorded.Task;
    }

    public void Reopen()
    {
        _target.Reopen();

        // An entry of no length wakes the owner, so that the file is let go now and not with the next request. A full queue needs no waking.
        _queue.Writer.TryWrite(new Waiting(ReadOnlyMemory<byte>.Empty));
    }

    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            await _owner;
            _target.Dispose();
            _signer.Dispose();
        }
    }

    private async Task RunAsync()
    {
        var group = new List<Waiting>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            Gather(group);
            Record(group);
            group.Clear();
        }

        // A last turn without entries opens the file if it is not open, so that what it holds is signed.
        Record(group);
        LastCheckpoint();
    }

    private void Gather(List<Waiting> group)
    {
        long bytes = 0;
        while (bytes < AuditLimits.GroupBytesMax && _queue.Reader.TryRead(out var waiting))
        {
            bytes += waiting.Entry.Length;
            group.Add(waiting);
        }

        Interlocked.Add(ref _waitingBytes, -bytes);
    }

    private void Record(List<Waiting> group)
    {
        try
        {
            var torn = _target.Prepare(_chain, LastCheckpoint);
            var draft = _chain.Draft();
            if (torn)
            {
                draft.EndTornLine();
            }

            AuditMark? signed = null;
            var since = _sinceCheckpoint;
            foreach (var waiting in group)
            {
                since = waiting.Entry.IsEmpty ? since : Add(draft, waiting.Entry, since, ref signed);
            }

            Write(draft);
            _sinceCheckpoint = since;
            Remember(signed);
        }
        catch (Exception error)
        {
            // Whatever it is, the requests that wait must hear of it, and the next entry starts from what is really there.
            _target.Abandon();
            foreach (var waiting in group)
            {
                waiting.Recorded.TrySetException(new AuditUnavailableException("the audit device could not be written to: " + error.Message, error));
                _ = waiting.Recorded.Task.Exception;
            }

            return;
        }

        foreach (var waiting in group)
        {
            waiting.Recorded.TrySetResult();
        }
    }

    private int Add(AuditChainDraft draft, ReadOnlyMemory<byte> entry, int since, ref AuditMark? signed)
    {
        draft.Add(entry.Span, _form);
        if (++since < AuditLimits.CheckpointEntries)
        {
            return since;
        }

        draft.Add(_form.EntryOf(_signer.Checkpoint(_clock.GetUtcNow(), draft.Head)).Span, _form);
        signed = new AuditMark(draft.Head.Seq, draft.Head.Hash);
        return 0;
    }

    /// <summary>The line is on the disk before anybody says that it was written: else the loss of power would look like forgery.</summary>
    private void Remember(AuditMark? signed)
    {
        if (signed is not null && _onCheckpoint is not null)
        {
            _target.Sync();
            _onCheckpoint(signed);
        }
    }

    private void Write(AuditChainDraft draft)
    {
        if (draft.Lines == 0)
        {
            return;
        }

        _target.Append(draft.Bytes.WrittenMemory);
        _chain.Commit(draft);
        _target.Flush();
        _head = new AuditMark(draft.Head.Seq, draft.Head.Hash);
    }

    /// <summary>Signs the end of the chain, in the file that is about to be left. Nobody waits for it, so a failure is reported.</summary>
    private void LastCheckpoint()
    {
        try
        {
            if (_sinceCheckpoint == 0)
            {
                return;
            }

            var draft = _chain.Draft();
            draft.Add(_form.EntryOf(_signer.Checkpoint(_clock.GetUtcNow(), draft.Head)).Span, _form);
            Write(draft);
            _sinceCheckpoint = 0;
            Remember(_head);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _onFailure("an audit device could not sign its last entries", error);
        }
    }

    private sealed record Waiting(ReadOnlyMemory<byte> Entry)
    {
        public TaskCompletionSource Recorded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
