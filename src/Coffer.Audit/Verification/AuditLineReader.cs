using System.Collections;

namespace Coffer.Audit.Verification;

/// <summary>The lines of a stream as bytes. Memory is that of the longest line, which is bounded.</summary>
internal sealed class AuditLineReader(Stream stream) : IEnumerable<AuditLineReader.Line>
{
    public IEnumerator<Line> GetEnumerator()
    {
        var buffer = new byte[64 * 1024];
        var from = 0;
        var to = 0;
        while (true)
        {
            var newline = buffer.AsSpan(from, to - from).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                yield return new Line(buffer.AsMemory(from, newline), IsTorn: false);
                from += newline + 1;
                continue;
            }

            (buffer, from, to) = MakeRoom(buffer, from, to);
            var read = stream.Read(buffer, to, buffer.Length - to);
            if (read == 0)
            {
                if (to > from)
                {
                    yield return new Line(buffer.AsMemory(from, to - from), IsTorn: true);
                }

                yield break;
            }

            to += read;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static (byte[] Buffer, int From, int To) MakeRoom(byte[] buffer, int from, int to)
    {
        if (from > 0)
        {
            buffer.AsSpan(from, to - from).CopyTo(buffer);
            return (buffer, 0, to - from);
        }

        if (to < buffer.Length)
        {
            return (buffer, from, to);
        }

        if (buffer.Length >= AuditLimits.LineBytesMax)
        {
            throw new InvalidDataException($"a line is longer than {AuditLimits.LineBytesMax} bytes: this is no audit log");
        }

        Array.Resize(ref buffer, Math.Min(buffer.Length * 2, AuditLimits.LineBytesMax));
        return (buffer, from, to);
    }

    /// <summary>One line without its newline, valid until the next is read.</summary>
    /// <param name="IsTorn">The stream ended before the newline.</param>
    internal readonly record struct Line(ReadOnlyMemory<byte> Bytes, bool IsTorn);
}
