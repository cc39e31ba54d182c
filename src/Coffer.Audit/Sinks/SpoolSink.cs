using System.Buffers;
using System.Threading.Channels;
using Coffer.Audit.Chain;
using Coffer.Audit.Entries;
using Microsoft.Extensions.Logging;

namespace Coffer.Audit.Sinks;

/// <summary>
/// A device that sends its lines away. An entry is recorded once it is in the spool, which is in memory and bounded in bytes; one owner sends what is there,
/// in order, and again until it is taken. So a receiver that is away delays nothing until the spool is full.
/// </summary>
/// <remarks>What is in the spool when the process dies was not sent: a file device beside this one has it. A line may arrive twice, under one sequence number.</remarks>
internal sealed class SpoolSink : IAuditSink
{
    private readonly Lock _gate = new();
    private readonly Channel<ReadOnlyMemory<byte>> _spool = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly AuditChain _chain = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly ILineSender _sender;
    private readonly string _name;
    private readonly string _prefix;
    private readonly AuditSigner _signer;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly long _bytesMax;
    private readonly Task _owner;
    private TaskCompletionSource _room = NewRoom();
    private long _spooled;
    private long _waitingBytes;
    private int _sinceCheckpoint;
    private int _lost;
    private bool _away;
    private bool _reopen;
    private volatile AuditChainHead? _head;

    /// <param name="sender">Disposed with the sink, as is <paramref name="signer"/>.</param>
    /// <param name="name">Of where it sends to.</param>
    /// <param name="bytesMax">Bytes of entries that the spool holds.</param>
    public SpoolSink(
        ILineSender sender, string name, string prefix, AuditSigner signer, TimeProvider clock, ILogger log, long bytesMax = AuditLimits.SpoolBytesMax)
    {
        _sender = sender;
        _name = name;
        _prefix = prefix;
        _signer = signer;
        _clock = clock;
        _log = log;
        _bytesMax = bytesMax;
        _chain.StartStream();
        _owner = Task.Run(RunAsync);
    }

    public long WaitingBytes => Interlocked.Read(ref _waitingBytes);

    public AuditMark? Head => _head?.Mark;

    public async Task WriteAsync(ReadOnlyMemory<byte> entry, bool here, CancellationToken cancellation)
    {
        CheckSize(entry);
        Interlocked.Add(ref _waitingBytes, entry.Length);
        try
        {
            while (!TrySpool(entry, out var room))
            {
                await room.WaitAsync(cancellation);
            }
        }
        catch
        {
            Interlocked.Add(ref _waitingBytes, -entry.Length);
            throw;
        }
    }

    /// <summary>Sends an entry at once. Only before the first <see cref="WriteAsync"/>.</summary>
    public async Task TestAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation)
    {
        if (entry.IsEmpty)
        {
            return;
        }

        CheckSize(entry);
        try
        {
            var draft = _chain.Draft(new ArrayBufferWriter<byte>(entry.Length + AuditLimits.ChainBytesMax));
            draft.Add(entry.Span, _prefix);
            await _sender.SendAsync(draft.Bytes, cancellation);
        }
        catch (IOException error)
        {
            throw new AuditUnavailableException($"{_name} cannot be reached: {error.Message}", error);
        }
    }

    public void Reopen() => Volatile.Write(ref _reopen, true);

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_spool.Writer.TryComplete())
            {
                return;
            }

            _room.TrySetResult();
        }

        await _closing.CancelAsync();
        await _owner;
        if (_lost > 0)
        {
            SinkLog.ClosedWithUnsent(_log, _lost, _name, new AuditUnavailableException("they are in no other place than the other audit devices"));
        }

        _sender.Dispose();
        _signer.Dispose();
        _closing.Dispose();
    }

    private static TaskCompletionSource NewRoom() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void CheckSize(ReadOnlyMemory<byte> entry)
    {
        if (entry.Length + _prefix.Length + AuditLimits.ChainBytesMax > _sender.LineBytesMax)
        {
            throw new AuditUnavailableException($"an entry of {entry.Length} bytes does not fit into a datagram to {_name}; use a file or a stream socket for large requests");
        }
    }

    private bool TrySpool(ReadOnlyMemory<byte> entry, out Task room)
    {
        lock (_gate)
        {
            room = _room.Task;
            if (_spooled > 0 && _spooled + entry.Length > _bytesMax && !_closing.IsCancellationRequested)
            {
                return false;
            }

            if (!_spool.Writer.TryWrite(entry))
            {
                throw new AuditUnavailableException("the audit device is closed");
            }

            _spooled += entry.Length;
            return true;
        }
    }

    private async Task RunAsync()
    {
        await foreach (var entry in _spool.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (!await DeliverAsync(entry))
            {
                _lost++;
            }
            else if (++_sinceCheckpoint >= AuditLimits.CheckpointEntries)
            {
                await CheckpointAsync();
            }

            MakeRoom(entry.Length);
        }

        if (_sinceCheckpoint > 0 && _lost == 0)
        {
            await CheckpointAsync();
        }
    }

    private async Task CheckpointAsync()
    {
        if (await DeliverAsync(AuditEntry.Of(_signer.Checkpoint(_clock.GetUtcNow(), _chain.Head))))
        {
            _sinceCheckpoint = 0;
        }
    }

    /// <summary>Sends an entry until it is taken. Once the sink is being closed there is one more try, and after one that failed none.</summary>
    /// <returns>False when it was given up.</returns>
    private async Task<bool> DeliverAsync(ReadOnlyMemory<byte> entry)
    {
        var draft = _chain.Draft(new ArrayBufferWriter<byte>(entry.Length + AuditLimits.ChainBytesMax));
        draft.Add(entry.Span, _prefix);
        var wait = AuditLimits.ResendMin;
        while (_lost == 0)
        {
            if (Interlocked.Exchange(ref _reopen, false))
            {
                _sender.Abandon();
            }

            var last = _closing.IsCancellationRequested;
            try
            {
                await _sender.SendAsync(draft.Bytes, CancellationToken.None);
                _chain.Commit(draft);
                _head = draft.Head;
                _away = false;
                return true;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Whatever it is: without its owner the spool would fill and stay full.
                _sender.Abandon();
                Note(error);
                if (last)
                {
                    return false;
                }
            }

            await Task.Delay(wait, _clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < AuditLimits.ResendMax ? wait * 2 : AuditLimits.ResendMax;
        }

        return false;
    }

    /// <summary>Reported once for each time it is away.</summary>
    private void Note(Exception error)
    {
        if (!_away)
        {
            _away = true;
            SinkLog.Unreachable(_log, _name, error);
        }
    }

    private void MakeRoom(int bytes)
    {
        TaskCompletionSource room;
        lock (_gate)
        {
            _spooled -= bytes;
            Interlocked.Add(ref _waitingBytes, -bytes);
            room = _room;
            _room = NewRoom();
        }

        room.TrySetResult();
    }
}
