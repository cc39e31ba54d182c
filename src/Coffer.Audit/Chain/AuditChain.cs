using System.Buffers;

namespace Coffer.Audit.Chain;

/// <summary>Links the lines of one device: each carries a sequence number and the SHA-256 of the line before it.</summary>
/// <remarks>
/// A line is <c>{…entry…,"seq":N,"prev":"hex"}</c>; what is hashed is the line without its newline. Where a chain begins, or goes on after something that was not
/// foreseen, the line also says so: <c>"chain":{"start":REASON,"last_seq":N,"last_hash":"hex"}</c>, the last line that this process wrote or, before it wrote any, the last
/// checkpoint that is known from former runs.
/// </remarks>
/// <param name="remembered">The last checkpoint of this chain that former runs of the server signed; null when none is known.</param>
internal sealed class AuditChain(AuditMark? remembered = null)
{
    private string? _start;
    private AuditChainHead? _written = remembered is null ? null : new AuditChainHead(remembered.Seq, LineHash.Parse(remembered.Hash));
    private AuditMark? _remembered = remembered;

    /// <summary>The line that the next one follows.</summary>
    public AuditChainHead Head { get; private set; } = new(0, LineHash.Zero);

    /// <summary>Goes on from what a file ends with; notes it when that is not what this process wrote last, or when it lacks what former runs signed.</summary>
    /// <param name="holds">Whether the file has that line.</param>
    /// <param name="removed">The file before was removed while this process had it open.</param>
    public void Attach(AuditFileTail tail, bool sameFile, Func<AuditMark, bool> holds, bool removed = false)
    {
        _start = tail switch
        {
            { IsEmpty: true } when _written is null => "new",
            { IsEmpty: true } when removed => "removed",
            { IsEmpty: true } => sameFile ? "truncated" : _remembered is null ? "rotated" : "restarted",
            _ when _remembered is { } known => holds(known) ? tail.IsTorn ? "recovered" : null : "changed",
            { IsTorn: true } => "recovered",
            { Seq: null } when _written is not null => sameFile ? "changed" : "replaced",
            { Seq: null } => "foreign",
            _ when _written is { } last && (tail.Seq != last.Seq || tail.Hash != last.Hash) => sameFile ? "changed" : "replaced",
            _ => null,
        };
        Head = tail.IsEmpty
            ? _written ?? new AuditChainHead(0, LineHash.Zero)
            : new AuditChainHead(Math.Max(tail.Seq ?? 0, _written?.Seq ?? 0), tail.Hash);
    }

    /// <summary>Where a stream that cannot be read back begins.</summary>
    public void StartStream()
    {
        if (_written is null)
        {
            _start = "new";
        }
    }

    /// <summary>Writes lines for a group of entries. Nothing has happened until <see cref="Commit"/>.</summary>
    /// <param name="buffer">Where the lines are put. It is empty, and nobody else writes to it while the draft is in use.</param>
    public AuditChainDraft Draft(ArrayBufferWriter<byte> buffer) => new(Head, _start, _written, buffer);

    /// <summary>The lines of a draft are written.</summary>
    public void Commit(AuditChainDraft draft)
    {
        if (draft.Lines > 0)
        {
            (Head, _written, _start, _remembered) = (draft.Head, draft.Head, null, null);
        }
    }
}
