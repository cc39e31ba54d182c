using System.Buffers;
using System.Text;
using Coffer.Sdk.Primitives;

namespace Coffer.Audit.Entries;

/// <summary>Puts <c>hmac-sha256:…</c> in the place of sensitive values: HMAC-SHA256 under a device's salt, in lower-case hex.</summary>
public sealed class AuditHash(ReadOnlySpan<byte> salt) : IDisposable
{
    /// <summary>Bytes of a hash as text.</summary>
    public const int TextBytes = 12 + HmacKey.MacBytes * 2;

    private readonly HmacKey _hmac = new(salt);

    /// <summary>The hash of a text, as <c>sys/audit-hash</c> tells it.</summary>
    public string Of(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> text = stackalloc byte[TextBytes];
            Write(rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)), text);
            return Encoding.ASCII.GetString(text);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    /// <summary>Writes the hash of <paramref name="value"/> as text.</summary>
    public void Write(ReadOnlySpan<byte> value, Span<byte> text)
    {
        Span<byte> mac = stackalloc byte[HmacKey.MacBytes];
        _hmac.Hash(value, mac);
        "hmac-sha256:"u8.CopyTo(text);
        Convert.TryToHexStringLower(mac, text[12..], out _);
    }

    public void Dispose() => _hmac.Dispose();
}
