using System.Buffers;
using System.Threading.Channels;
using Coffer.Audit.Chain;
using Coffer.Audit.Entries;
using Microsoft.Extensions.Logging;

namespace Coffer.Audit.Sinks;

/// <summary>
/// A device that records lines. One thread at a time has the turn; it chains what waits and writes it in one go. A caller takes the turn itself where it is free, so that a request
/// does not change threads for its entries. Signs a checkpoint every so many entries, before it leaves a file, and when it is closed.
/// </summary>
internal sealed class LineSink : IAuditSink
{
    /// <summary>What grew beyond this is not kept: one large entry is no reason to hold its size for good.</summary>
    private const int KeptBytesMax = 256 * 1024;

    /// <summary>Groups of others' entries that a caller writes after its own, before it leaves the rest to the thread pool.</summary>
    private const int GroupsForOthersMax = 2;

    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(AuditLimits.QueueEntriesMax) { SingleReader = true });

    /// <summary>Held by the one that uses the target, the chain and the fields below.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    private readonly List<Waiting> _group = [];
    private readonly ILineTarget _target;
    private readonly string _prefix;
    private readonly AuditSigner _signer;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly AuditChain _chain;
    private readonly Action<AuditMark>? _onCheckpoint;
    private ArrayBufferWriter<byte> _lines = new(4096);
    private int _sinceCheckpoint;
    private bool _closed;
    private volatile AuditChainHead? _head;
    private long _waitingBytes;

    /// <param name="signer">Disposed with the sink.</param>
    /// <param name="memory">What former runs signed last, and what learns of each checkpoint once it is on the disk.</param>
    public LineSink(ILineTarget target, string prefix, AuditSigner signer, TimeProvider clock, ILogger log, AuditMemory memory = default)
    {
        _chain = new AuditChain(memory.LastCheckpoint);
        _onCheckpoint = memory.OnCheckpoint;
        _target = target;
        _prefix = prefix;
        _signer = signer;
        _clock = clock;
        _log = log;
    }

    public long WaitingBytes => Interlocked.Read(ref _waitingBytes);

    public AuditMark? Head => _head?.Mark;

    public Task WriteAsync(ReadOnlyMemory<byte> entry, bool here, CancellationToken cancellation)
    {
        if (!here || !_turn.Wait(0, CancellationToken.None))
        {
            return QueueAsync(entry, cancellation);
        }

        try
        {
            // Those that wait came before.
            Gather();
            return Record(entry) is { } failure ? Task.FromException(failure) : Task.CompletedTask;
        }
        finally
        {
            EndTurn(GroupsForOthersMax);
        }
    }

    public void Reopen()
    {
        _target.Reopen();

        // An entry of no length has the file let go now and not with the next request. A full queue needs no waking.
        if (_queue.Writer.TryWrite(new Waiting(ReadOnlyMemory<byte>.Empty)))
        {
            Hurry();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
        {
            return;
        }

        await _turn.WaitAsync();
        await Task.Run(Close);
        _turn.Release();
    }

    private async Task QueueAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation)
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

        Hurry();
        await waiting.Recorded.Task;
    }

    /// <summary>Has what waits written by the thread pool, unless somebody is writing: that one looks at the queue when its turn ends.</summary>
    private void Hurry()
    {
        if (_turn.Wait(0, CancellationToken.None))
        {
            _ = Task.Run(() => EndTurn(int.MaxValue));
        }
    }

    /// <summary>Gives the turn back. What came during it is written first, or left to the thread pool.</summary>
    /// <param name="groupsMax">How many groups to write before that.</param>
    private void EndTurn(int groupsMax)
    {
        while (true)
        {
            for (; groupsMax > 0 && Gather(); groupsMax--)
            {
                Record(ReadOnlyMemory<byte>.Empty);
            }

            _turn.Release();

            // What was queued before the release found the turn taken.
            if (!_queue.Reader.TryPeek(out _))
            {
                return;
            }

            if (groupsMax == 0)
            {
                Hurry();
                return;
            }

            if (!_turn.Wait(0, CancellationToken.None))
            {
                return;
            }
        }
    }

    private void Close()
    {
        while (Gather())
        {
            Record(ReadOnlyMemory<byte>.Empty);
        }

        // A last turn without entries opens the file if it is not open, so that what it holds is signed.
        Record(ReadOnlyMemory<byte>.Empty);
        LastCheckpoint();
        _closed = true;
        _target.Dispose();
        _signer.Dispose();
    }

    /// <returns>False when nothing waits.</returns>
    private bool Gather()
    {
        long bytes = 0;
        while (bytes < AuditLimits.GroupBytesMax && _queue.Reader.TryRead(out var waiting))
        {
            bytes += waiting.Entry.Length;
            _group.Add(waiting);
        }

        if (bytes > 0)
        {
            Interlocked.Add(ref _waitingBytes, -bytes);
        }

        return _group.Count > 0;
    }

    /// <summary>Writes the group, and after it one more entry.</summary>
    /// <param name="last">Empty for none.</param>
    /// <returns>Why not; null when it is written.</returns>
    private AuditUnavailableException? Record(ReadOnlyMemory<byte> last)
    {
        if (_closed)
        {
            return new AuditUnavailableException("the audit device is closed");
        }

        AuditUnavailableException? failure = null;
        try
        {
            Write(last);
        }
        catch (Exception error)
        {
            // Whatever it is, the requests that wait must hear of it, and the next entry starts from what is really there.
            _target.Abandon();
            failure = new AuditUnavailableException("the audit device could not be written to: " + error.Message, error);
        }

        foreach (var waiting in _group)
        {
            waiting.End(failure);
        }

        _group.Clear();
        return failure;
    }

    private void Write(ReadOnlyMemory<byte> last)
    {
        var torn = _target.Prepare(_chain, LastCheckpoint);
        var draft = Draft();
        if (torn)
        {
            draft.EndTornLine();
        }

        AuditMark? signed = null;
        var since = _sinceCheckpoint;
        foreach (var waiting in _group)
        {
            since = Add(draft, waiting.Entry, since, ref signed);
        }

        since = Add(draft, last, since, ref signed);
        Write(draft);
        _sinceCheckpoint = since;
        Remember(signed);
    }

    private int Add(AuditChainDraft draft, ReadOnlyMemory<byte> entry, int since, ref AuditMark? signed)
    {
        if (entry.IsEmpty)
        {
            return since;
        }

        draft.Add(entry.Span, _prefix);
        if (++since < AuditLimits.CheckpointEntries)
        {
            return since;
        }

        draft.Add(AuditEntry.Of(_signer.Checkpoint(_clock.GetUtcNow(), draft.Head)).Span, _prefix);
        signed = draft.Head.Mark;
        return 0;
    }

    private AuditChainDraft Draft()
    {
        if (_lines.Capacity > KeptBytesMax)
        {
            _lines = new ArrayBufferWriter<byte>(4096);
        }

        // Zeroes it: with log_raw the lines hold secrets.
        _lines.Clear();
        return _chain.Draft(_lines);
    }

    private void Write(AuditChainDraft draft)
    {
        if (draft.Lines == 0)
        {
            return;
        }

        _target.Append(draft.Bytes);
        _chain.Commit(draft);
        _target.Flush();
        _head = draft.Head;
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

    /// <summary>Signs the end of the chain, in the file that is about to be left. Nobody waits for it, so a failure is reported.</summary>
    private void LastCheckpoint()
    {
        try
        {
            if (_sinceCheckpoint == 0)
            {
                return;
            }

            var draft = Draft();
            draft.Add(AuditEntry.Of(_signer.Checkpoint(_clock.GetUtcNow(), draft.Head)).Span, _prefix);
            Write(draft);
            _sinceCheckpoint = 0;
            Remember(draft.Head.Mark);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            SinkLog.NotSigned(_log, error);
        }
    }

    private sealed class Waiting(ReadOnlyMemory<byte> entry)
    {
        public ReadOnlyMemory<byte> Entry { get; } = entry;

        public TaskCompletionSource Recorded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End(AuditUnavailableException? failure)
        {
            if (failure is null)
            {
                Recorded.TrySetResult();
            }
            else
            {
                Recorded.TrySetException(failure);
                _ = Recorded.Task.Exception;
            }
        }
    }
}
