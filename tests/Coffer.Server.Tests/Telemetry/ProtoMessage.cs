using System.Buffers.Binary;
using System.Text;

namespace Coffer.Server.Tests.Telemetry;

/// <summary>A protobuf message, read without its schema: field numbers and what they hold.</summary>
internal sealed class ProtoMessage
{
    private readonly List<(int Field, byte[] Bytes)> _fields = [];

    public static ProtoMessage Parse(ReadOnlySpan<byte> bytes)
    {
        var message = new ProtoMessage();
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            var length = (tag & 7) switch
            {
                0 => VarintLength(bytes),
                1 => 8,
                2 => (int)Varint(ref bytes),
                5 => 4,
                _ => throw new FormatException($"wire type {tag & 7}"),
            };
            message._fields.Add(((int)(tag >> 3), bytes[..length].ToArray()));
            bytes = bytes[length..];
        }

        return message;
    }

    /// <summary>The messages in a field.</summary>
    public IEnumerable<ProtoMessage> All(int field) => Bytes(field).Select(bytes => Parse(bytes));

    /// <summary>Messages in fields of messages, from the outside in.</summary>
    public IEnumerable<ProtoMessage> Path(params int[] fields) => fields.Aggregate((IEnumerable<ProtoMessage>)[this], (found, field) => found.SelectMany(message => message.All(field)));

    public string Text(int field) => Bytes(field).Select(Encoding.UTF8.GetString).LastOrDefault("");

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).LastOrDefault([]));

    public double Double(int field) => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(field).Single());

    public long Fixed64(int field) => BinaryPrimitives.ReadInt64LittleEndian(Bytes(field).Single());

    public long Integer(int field)
    {
        ReadOnlySpan<byte> bytes = Bytes(field).Single();
        return (long)Varint(ref bytes);
    }

    public bool Has(int field) => Bytes(field).Any();

    /// <summary>A list of KeyValue, as attributes are written: texts and integers.</summary>
    public Dictionary<string, string> Attributes(int field) => All(field).ToDictionary(
        pair => pair.Text(1),
        pair => pair.All(2).Single() is var value && value.Has(1) ? value.Text(1) : $"{value.Integer(3)}",
        StringComparer.Ordinal);

    private IEnumerable<byte[]> Bytes(int field) => _fields.Where(found => found.Field == field).Select(found => found.Bytes);

    private static int VarintLength(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        _ = Varint(ref rest);
        return bytes.Length - rest.Length;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
