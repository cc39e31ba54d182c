using System.Buffers;
using System.IO.Pipelines;
using Coffer.Kernel.Requests;

namespace Coffer.Server.Http.Bodies;

/// <summary>
/// Takes one body in, within the budget. Memory grows with what has come and not with what was announced, until the sender is known to hold a token.
/// </summary>
/// <param name="listenerBytesMax">Largest body of the listener, in bytes.</param>
/// <param name="ask">Looks at who sends it.</param>
internal sealed class BodyReader(BodyTicket ticket, long listenerBytesMax, Func<CancellationToken, ValueTask<BodySender>> ask)
{
    private readonly long _bytesMax = Math.Min(listenerBytesMax, Array.MaxLength);
    private BodySender? _sender;
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Most bytes that a sender without a good token may send here.</summary>
    private int StrangerMax => _sender == BodySender.Initializer ? BodyLimits.InitBytesMax : BodyLimits.StrangerBytesMax;

    /// <param name="pipe">Where the body comes from.</param>
    /// <param name="announced">Its length in bytes; null where none was announced.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async ValueTask<BodyOutcome> ReadAsync(PipeReader pipe, long? announced, CancellationToken cancellation)
    {
        if (announced > _bytesMax)
        {
            return new BodyOutcome.TooLarge(_bytesMax, ForStrangers: false);
        }

        if (announced > BodyLimits.UnaskedBytes && await ProveAsync(announced, cancellation) is { } early)
        {
            return early;
        }

        while (true)
        {
            var read = await pipe.ReadAsync(cancellation);
            if (read.IsCompleted && _length == 0 && _bytes.Length == 0 && read.Buffer.Length <= BodyLimits.UncountedBytes)
            {
                // The usual case: all of it has come with its headers.
                var whole = read.Buffer.ToArray();
                pipe.AdvanceTo(read.Buffer.End);
                return new BodyOutcome.Taken(whole);
            }

            var outcome = await MakeRoomAsync(_length + read.Buffer.Length, announced, cancellation);
            if (outcome is null)
            {
                read.Buffer.CopyTo(_bytes.AsSpan(_length));
                _length += (int)read.Buffer.Length;
            }

            pipe.AdvanceTo(read.Buffer.End);
            if (outcome is not null || read.IsCompleted)
            {
                return outcome ?? new BodyOutcome.Taken(_bytes.AsMemory(0, _length));
            }
        }
    }

    /// <summary>Makes the buffer large enough for this many bytes in all. Null: it is.</summary>
    private async ValueTask<BodyOutcome?> MakeRoomAsync(long needed, long? announced, CancellationToken cancellation)
    {
        if (needed <= _bytes.Length)
        {
            return null;
        }

        if (needed > _bytesMax)
        {
            return new BodyOutcome.TooLarge(_bytesMax, ForStrangers: false);
        }

        var size = SizeFor(needed, announced, _sender is null ? BodyLimits.UnaskedBytes : StrangerMax);
        if (needed <= BodyLimits.UnaskedBytes && _sender is null && (size <= BodyLimits.UncountedBytes || ticket.TryRaiseAsStranger(size)))
        {
            Grow(size);
            return null;
        }

        if (_sender is null)
        {
            if (await ProveAsync(announced, cancellation) is { } refused)
            {
                return refused;
            }

            return await MakeRoomAsync(needed, announced, cancellation);
        }

        if (_sender is BodySender.Stranger or BodySender.Initializer)
        {
            if (needed > StrangerMax)
            {
                return new BodyOutcome.TooLarge(StrangerMax, ForStrangers: true);
            }

            if (!ticket.TryRaiseAsStranger(size))
            {
                return new BodyOutcome.Busy();
            }

            Grow(size);
            return null;
        }

        // Without a length nobody can wait for all of it at once, and two that wait for more while they hold some would wait for each other.
        size = SizeFor(needed, announced, _bytesMax);
        if (!ticket.TryRaiseAsHolder(size))
        {
            return new BodyOutcome.Busy();
        }

        Grow(size);
        return null;
    }

    /// <summary>Looks at who sends it, and takes all of what a token holder announces. Null: it may go on.</summary>
    private async ValueTask<BodyOutcome?> ProveAsync(long? announced, CancellationToken cancellation)
    {
        _sender = await ask(cancellation);
        switch (_sender)
        {
            case BodySender.Refused:
                return new BodyOutcome.Withheld();
            case BodySender.Stranger or BodySender.Initializer:
                return announced > StrangerMax ? new BodyOutcome.TooLarge(StrangerMax, ForStrangers: true) : null;
            case BodySender.TokenHolder when announced is { } whole:
                using (var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
                {
                    patience.CancelAfter(BodyLimits.WaitMax);
                    try
                    {
                        await ticket.TakeAsHolderAsync(whole, patience.Token);
                    }
                    catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                    {
                        return new BodyOutcome.Busy();
                    }
                }

                Grow((int)whole);
                return null;
            default:
                return null;
        }
    }

    /// <summary>Doubles, but goes beyond neither a length that was announced nor <paramref name="most"/>, where that holds what is needed.</summary>
    private int SizeFor(long needed, long? announced, long most)
    {
        var doubled = Math.Max(2L * _bytes.Length, BodyLimits.UncountedBytes);
        return (int)Math.Max(needed, Math.Min(doubled, Math.Min(announced ?? most, most)));
    }

    private void Grow(int size)
    {
        var grown = GC.AllocateUninitializedArray<byte>(size);
        _bytes.AsSpan(0, _length).CopyTo(grown);

        // It may hold part of a secret.
        Array.Clear(_bytes);
        _bytes = grown;
    }
}
