using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coffer.Sdk.Replies;

/// <summary>Writes JSON as replies have it, into an array of exactly its length.</summary>
public static class JsonBytes
{
    private const int UsualBytes = 1024;

    /// <summary>What grew beyond this is not kept: one large reply is no reason to hold its size for good.</summary>
    private const int KeptBytesMax = 64 * 1024;

    private static readonly JsonWriterOptions Options = new()
    {
        // The reply is application/json, never HTML: only what JSON itself demands is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static Scratch? _free;

    /// <summary>Runs <paramref name="write"/> on a writer. It may itself call this.</summary>
    /// <param name="source">What is written: passed on, so that the delegate needs to capture nothing.</param>
    /// <param name="write">Writes one JSON value.</param>
    public static byte[] Write<T>(T source, Action<T, Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var desk = _free ?? new Scratch();
        _free = null;
        try
        {
            write(source, desk.Writer);
            desk.Writer.Flush();
            return desk.Buffer.WrittenSpan.ToArray();
        }
        finally
        {
            // Zeroes what was written: replies hold secrets.
            desk.Buffer.Clear();
            desk.Writer.Reset();
            if (desk.Buffer.Capacity <= KeptBytesMax)
            {
                _free = desk;
            }
        }
    }

    private sealed class Scratch
    {
        public Scratch() => Writer = new Utf8JsonWriter(Buffer, Options);

        public ArrayBufferWriter<byte> Buffer { get; } = new(UsualBytes);

        public Utf8JsonWriter Writer { get; }
    }
}
