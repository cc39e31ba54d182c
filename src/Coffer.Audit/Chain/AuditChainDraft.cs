using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Coffer.Audit.Entries;

namespace Coffer.Audit.Chain;

/// <summary>Lines that are to be written together, as bytes.</summary>
/// <param name="head">The line that the first one follows.</param>
/// <param name="start">Why a chain begins with the first line; null when it goes on.</param>
/// <param name="known">The last line that is known to have been written; null for none.</param>
/// <param name="buffer">Where the lines are put. It is empty.</param>
internal sealed class AuditChainDraft(AuditChainHead head, string? start, AuditChainHead? known, ArrayBufferWriter<byte> buffer)
{
    private string? _start = start;

    public AuditChainHead Head { get; private set; } = head;

    public int Lines { get; private set; }

    public ReadOnlyMemory<byte> Bytes => buffer.WrittenMemory;

    /// <summary>Ends what is torn at the end of a file.</summary>
    public void EndTornLine() => buffer.Write("\n"u8);

    /// <param name="entry">As <see cref="AuditEntry.Of"/> makes it.</param>
    /// <param name="prefix">Put before the line, and part of what is hashed.</param>
    public void Add(ReadOnlySpan<byte> entry, string prefix)
    {
        var from = buffer.WrittenCount;
        var seq = Head.Seq + 1;
        Write(prefix);
        buffer.Write(entry);
        Link(seq);
        _start = null;
        Head = new AuditChainHead(seq, LineHash.Of(buffer.WrittenSpan[from..]));
        buffer.Write("\n"u8);
        Lines++;
    }

    private void Link(long seq)
    {
        buffer.Write(",\"seq\":"u8);
        Write(seq);
        buffer.Write(",\"prev\":\""u8);
        Write(Head.Hash);
        buffer.Write("\""u8);
        if (_start is not null)
        {
            buffer.Write(",\"chain\":{\"start\":\""u8);
            Write(_start);
            buffer.Write("\""u8);
            if (known is { } last)
            {
                buffer.Write(",\"last_seq\":"u8);
                Write(last.Seq);
                buffer.Write(",\"last_hash\":\""u8);
                Write(last.Hash);
                buffer.Write("\""u8);
            }

            buffer.Write("}"u8);
        }

        buffer.Write("}"u8);
    }

    private void Write(LineHash hash)
    {
        hash.WriteHex(buffer.GetSpan(LineHash.HexCharacters));
        buffer.Advance(LineHash.HexCharacters);
    }

    private void Write(long number)
    {
        const int DigitsMax = 20;
        Utf8Formatter.TryFormat(number, buffer.GetSpan(DigitsMax), out var written);
        buffer.Advance(written);
    }

    private void Write(string text)
    {
        if (text.Length > 0)
        {
            Encoding.UTF8.GetBytes(text, buffer);
        }
    }
}
