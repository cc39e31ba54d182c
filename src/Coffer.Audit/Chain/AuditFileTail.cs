using System.Security.Cryptography;
using Coffer.Audit.Devices;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Audit.Chain;

/// <summary>What a file ends with, as far as its chain needs it.</summary>
/// <param name="Seq">Sequence number of the last line that is part of a chain; null when none was found.</param>
/// <param name="Hash">Of the last line, whatever it is; a torn one counts.</param>
/// <param name="IsTorn">The last line lacks its newline: a write was cut off there.</param>
internal sealed record AuditFileTail(long? Seq, LineHash Hash, bool IsTorn, bool IsEmpty)
{
    private const int WindowBytes = 64 * 1024;

    /// <summary>Twice what lies between two checkpoints: one may have failed to be remembered.</summary>
    private const int LinesBackMax = 2 * AuditLimits.CheckpointEntries;

    public static AuditFileTail Nothing { get; } = new(null, LineHash.Zero, IsTorn: false, IsEmpty: true);

    /// <summary>Reads back from the end, no further than to the last line of a chain.</summary>
    public static AuditFileTail Read(SafeFileHandle file, long length)
    {
        if (length == 0)
        {
            return Nothing;
        }

        for (long window = WindowBytes; ; window *= 4)
        {
            var size = (int)Math.Min(Math.Min(window, length), AuditLimits.LineBytesMax);
            var bytes = new byte[size];
            ReadFully(file, bytes, length - size);
            var whole = size == length;
            if (Find(bytes, whole) is { } tail && (tail.Seq is not null || whole || size == AuditLimits.LineBytesMax))
            {
                return tail;
            }

            if (size == AuditLimits.LineBytesMax)
            {
                throw new AuditPathException($"the file's last line is longer than {AuditLimits.LineBytesMax} bytes, so it is no audit log; move it away");
            }
        }
    }

    /// <summary>Whether a line is in a file, as far back as the entries that one checkpoint may be behind the end, torn and foreign lines allowed for.</summary>
    public static bool Holds(SafeFileHandle file, long length, AuditMark mark) => LookBack(
        file,
        length,
        line => AuditLine.TryParse(line, out var parsed) && parsed.Seq is { } seq && seq <= mark.Seq ? seq == mark.Seq && LineHash.Of(line).ToString() == mark.Hash : null);

    /// <summary>The last checkpoint in a file that is signed with a key and names the store's generation, as far back as <see cref="Holds"/> looks; null when there is none.</summary>
    public static AuditLine? LastCounted(SafeFileHandle file, long length, ECDsa key)
    {
        AuditLine? found = null;
        LookBack(file, length, line =>
        {
            if (line.IndexOf("checkpoint"u8) < 0
                || !AuditLine.TryParse(line, out var parsed)
                || parsed is not { Type: "checkpoint", Generation: > 0 }
                || !AuditSigner.IsSigned(parsed, key))
            {
                return null;
            }

            found = parsed;
            return true;
        });
        return found;
    }

    /// <summary>Shows a look the whole lines of a file, the last one first, until it decides; it may be shown a line again. False when nothing was decided.</summary>
    private static bool LookBack(SafeFileHandle file, long length, LineLook look)
    {
        for (long window = WindowBytes; length > 0; window *= 4)
        {
            var size = (int)Math.Min(Math.Min(window, length), AuditLimits.LineBytesMax);
            var bytes = new byte[size];
            ReadFully(file, bytes, length - size);
            if (LookBack(bytes, size == length, look) is { } decided)
            {
                return decided;
            }

            if (size == length || size == AuditLimits.LineBytesMax)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Null when the window does not reach back far enough to tell.</summary>
    private static bool? LookBack(ReadOnlySpan<byte> bytes, bool whole, LineLook look)
    {
        var rest = bytes[..(bytes.LastIndexOf((byte)'\n') + 1)];
        for (var lines = 0; !rest.IsEmpty && lines < LinesBackMax; lines++)
        {
            var newline = rest[..^1].LastIndexOf((byte)'\n');
            if (newline < 0 && !whole)
            {
                return null;
            }

            if (look(rest[(newline + 1)..^1]) is { } decided)
            {
                return decided;
            }

            rest = rest[..(newline + 1)];
        }

        return whole || !rest.IsEmpty ? false : null;
    }

    /// <summary>Null when not even the last line is within the window.</summary>
    private static AuditFileTail? Find(ReadOnlySpan<byte> bytes, bool whole)
    {
        var torn = bytes[^1] != '\n';
        var rest = torn ? bytes : bytes[..^1];
        LineHash? hash = null;
        while (true)
        {
            var newline = rest.LastIndexOf((byte)'\n');
            if (newline < 0 && !whole)
            {
                return hash is null ? null : new AuditFileTail(null, hash.Value, torn, IsEmpty: false);
            }

            var line = rest[(newline + 1)..];
            var isLast = hash is null;
            var last = hash ??= LineHash.Of(line);

            // A torn line may be complete but for its newline: it counts as written only if its newline was.
            if (!(isLast && torn) && AuditLine.TryParse(line, out var parsed) && parsed.Seq is { } seq)
            {
                return new AuditFileTail(seq, last, torn, IsEmpty: false);
            }

            if (newline < 0)
            {
                return new AuditFileTail(null, last, torn, IsEmpty: false);
            }

            rest = rest[..newline];
        }
    }

    private static void ReadFully(SafeFileHandle file, Span<byte> into, long offset)
    {
        while (!into.IsEmpty)
        {
            var read = RandomAccess.Read(file, into, offset);
            if (read == 0)
            {
                throw new IOException("the file became shorter while its end was read");
            }

            into = into[read..];
            offset += read;
        }
    }

    /// <summary>Null: the line decides nothing.</summary>
    private delegate bool? LineLook(ReadOnlySpan<byte> line);
}
