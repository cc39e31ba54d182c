using System.Buffers.Binary;
using System.Text.Json;
using Coffer.Text;

namespace Coffer.Secrets.Kv;

/// <summary>A value of a version 1 mount as it is stored.</summary>
/// <remarks>
/// One format byte (1), then big-endian 64-bit numbers: the time of writing in UTC ticks, the value's own TTL in ticks (0 for none, -1 where the value
/// says zero); then the JSON text. So a read parses nothing, and a later upgrade knows when the value was written.
/// </remarks>
internal readonly struct PlainEntry
{
    /// <summary>Where these entries are kept: a listing is one folder of it.</summary>
    public const string Prefix = "v1/";

    private const byte Format = 1;
    private const int HeaderBytes = 17;
    private const long NoTtl = 0;
    private const long ZeroTtl = -1;

    private PlainEntry(DateTimeOffset written, TimeSpan? ttl, ReadOnlyMemory<byte> json)
    {
        Written = written;
        Ttl = ttl;
        Json = json;
    }

    public DateTimeOffset Written { get; }

    /// <summary>What <c>ttl</c>, else <c>lease</c>, in the value says, never negative; null when there is none, or none that can be understood.</summary>
    public TimeSpan? Ttl { get; }

    /// <summary>The value as it was written.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <exception cref="InvalidDataException">The entry is of a format that this version does not know.</exception>
    public static PlainEntry Decode(ReadOnlyMemory<byte> stored)
    {
        if (stored.Length < HeaderBytes || stored.Span[0] != Format)
        {
            throw new InvalidDataException("a kv entry has an unknown format: it was written by a newer version, or is damaged");
        }

        var written = new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(stored.Span[1..]), TimeSpan.Zero);
        TimeSpan? ttl = BinaryPrimitives.ReadInt64BigEndian(stored.Span[9..]) switch
        {
            NoTtl => null,
            ZeroTtl => TimeSpan.Zero,
            var ticks => new TimeSpan(ticks),
        };
        return new PlainEntry(written, ttl, stored[HeaderBytes..]);
    }

    /// <param name="json">The same object as <paramref name="value"/>, in stored form.</param>
    public static byte[] Encode(DateTimeOffset now, JsonElement value, ReadOnlySpan<byte> json)
    {
        var stored = new byte[HeaderBytes + json.Length];
        stored[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(stored.AsSpan(1), now.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(stored.AsSpan(9), TicksOf(value));
        json.CopyTo(stored.AsSpan(HeaderBytes));
        return stored;
    }

    private static long TicksOf(JsonElement value)
    {
        if (!value.TryGetProperty("ttl", out var sent) && !value.TryGetProperty("lease", out sent))
        {
            return NoTtl;
        }

        if (sent.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null))
        {
            return NoTtl;
        }

        // The raw text of a duration holds no escapes; with any, it is no duration. Null is zero, as an empty text is.
        var text = sent.ValueKind == JsonValueKind.Null ? [] : sent.GetRawText().AsSpan().Trim('"');
        return !GoDuration.TryParse(text, out var ttl) || ttl < TimeSpan.Zero ? NoTtl
            : ttl == TimeSpan.Zero ? ZeroTtl
            : ttl.Ticks;
    }
}
