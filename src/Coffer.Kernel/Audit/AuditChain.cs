using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Kernel.Audit;

/// <summary>Links the lines of one device: each carries a sequence number and the SHA-256 of the line before it.</summary>
/// <remarks>
/// A line is <c>{…entry…,"seq":N,"prev":"hex"}</c>; what is hashed is the line without its newline. Where a chain begins, or goes on after something that was not
/// foreseen, the line also says so: <c>"chain":{"start":REASON,"last_seq":N,"last_hash":"hex"}</c>, the last line that this process wrote or, before it wrote any, the last
/// checkpoint that is known from former runs. In a JSONx line the same members are elements.
/// </remarks>
/// <param name="remembered">The last checkpoint of this chain that former runs of the server signed; null when none is known.</param>
internal sealed class AuditChain(AuditMark? remembered = null)
{
    /// <summary>The hash before the first line of all.</summary>
    public static readonly string Zero = new('0', SHA256.HashSizeInBytes * 2);

    private string? _start;
    private AuditChainHead? _written = remembered is null ? null : new AuditChainHead(remembered.Seq, remembered.Hash);
    private AuditMark? _remembered = remembered;

    /// <summary>The line that the next one follows.</summary>
    public AuditChainHead Head { get; private set; } = new(0, Zero);

    public static string HashOf(ReadOnlySpan<byte> line) => Convert.ToHexStringLower(SHA256.HashData(line));

    /// <summary>Goes on from what a file ends with; notes it when that is not what this process wrote last, or when it lacks what former runs signed.</summary>
    /// <param name="holds">Whether the file has that line.</param>
    public void Attach(AuditFileTail tail, bool sameFile, Func<AuditMark, bool> holds)
    {
        _start = tail switch
        {
            { IsEmpty: true } when _written is null => "new",
            { IsEmpty: true } => sameFile ? "truncated" : _remembered is null ? "rotated" : "restarted",
            _ when _remembered is { } known => holds(known) ? tail.IsTorn ? "recovered" : null : "changed",
            { IsTorn: true } => "recovered",
            { Seq: null } when _written is not null => sameFile ? "changed" : "replaced",
            { Seq: null } => "foreign",
            _ when _written is { } last && (tail.Seq != last.Seq || tail.Hash != last.Hash) => sameFile ? "changed" : "replaced",
            _ => null,
        };
        Head = tail.IsEmpty
            ? _written ?? new AuditChainHead(0, Zero)
            : new AuditChainHead(Math.Max(tail.Seq ?? 0, _written?.Seq ?? 0), tail.Hash);
    }

    /// <summary>Where a stream that cannot be read back begins.</summary>
    public void StartAnew()
    {
        if (_written is null)
        {
            _start = "new";
        }
    }

    /// <summary>Writes lines for a group of entries. Nothing has happened until <see cref="Commit"/>.</summary>
    public AuditChainDraft Draft() => new(Head, _start, _written);

    /// <summary>The lines of a draft are written.</summary>
    public void Commit(AuditChainDraft draft)
    {
        if (draft.Lines > 0)
        {
            (Head, _written, _start, _remembered) = (draft.Head, draft.Head, null, null);
        }
    }
}

/// <summary>The last line of a chain.</summary>
/// <param name="Hash">SHA-256 in lower-case hex.</param>
internal readonly record struct AuditChainHead(long Seq, string Hash);

/// <summary>Lines that are to be written together.</summary>
internal sealed class AuditChainDraft(AuditChainHead head, string? start, AuditChainHead? known)
{
    private string? _start = start;

    public AuditChainHead Head { get; private set; } = head;

    public int Lines { get; private set; }

    public ArrayBufferWriter<byte> Bytes { get; } = new(4096);

    /// <summary>Ends what is torn at the end of a file.</summary>
    public void EndTornLine() => Bytes.Write("\n"u8);

    /// <param name="entry">As <see cref="AuditLineForm.EntryOf"/> makes it.</param>
    public void Add(ReadOnlySpan<byte> entry, AuditLineForm form)
    {
        var from = Bytes.WrittenCount;
        var seq = Head.Seq + 1;
        Write(form.Prefix);
        Bytes.Write(entry);
        Write(form.IsJsonx ? JsonxLink(seq) : JsonLink(seq));
        _start = null;
        Head = new AuditChainHead(seq, AuditChain.HashOf(Bytes.WrittenSpan[from..]));
        Bytes.Write("\n"u8);
        Lines++;
    }

    private string JsonLink(long seq)
    {
        var chain = "";
        if (_start is not null)
        {
            var last = known is { } line ? string.Create(CultureInfo.InvariantCulture, $",\"last_seq\":{line.Seq},\"last_hash\":\"{line.Hash}\"") : "";
            chain = $",\"chain\":{{\"start\":\"{_start}\"{last}}}";
        }

        return string.Create(CultureInfo.InvariantCulture, $",\"seq\":{seq},\"prev\":\"{Head.Hash}\"{chain}}}");
    }

    private string JsonxLink(long seq)
    {
        var chain = "";
        if (_start is not null)
        {
            var last = known is { } line
                ? string.Create(CultureInfo.InvariantCulture, $"<json:number name=\"last_seq\">{line.Seq}</json:number><json:string name=\"last_hash\">{line.Hash}</json:string>")
                : "";
            chain = $"<json:object name=\"chain\"><json:string name=\"start\">{_start}</json:string>{last}</json:object>";
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"<json:number name=\"seq\">{seq}</json:number><json:string name=\"prev\">{Head.Hash}</json:string>{chain}");
    }

    private void Write(string text)
    {
        if (text.Length > 0)
        {
            Encoding.UTF8.GetBytes(text, Bytes);
        }
    }
}
