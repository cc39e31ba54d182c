using System.Security.Cryptography;
using System.Text;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Audit;

/// <summary>Signs checkpoints of a device's chain: ECDSA on P-256 with SHA-256, the signature in IEEE P1363 form and base64.</summary>
/// <remarks>
/// A checkpoint signs the device, the time, its own sequence number and the hash of the line before it, and with that hash every line before. The key is kept
/// in the barrier; whoever owns an unsealed server can sign, so a checkpoint proves what was there when it was made, to whoever kept a copy.
/// </remarks>
internal sealed class AuditSigner : IDisposable
{
    private readonly ECDsa _key;

    /// <param name="pkcs8">From <see cref="NewKey"/>.</param>
    /// <param name="device">The device's UUID.</param>
    public AuditSigner(ReadOnlySpan<byte> pkcs8, string device)
    {
        Device = device;
        _key = ECDsa.Create();
        _key.ImportPkcs8PrivateKey(pkcs8, out _);
        KeyId = IdOf(_key);
    }

    public string Device { get; }

    public string KeyId { get; }

    public static byte[] NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    /// <summary>The public half, in PEM, and its id.</summary>
    public static (string Pem, string Id) PublicKeyOf(ReadOnlySpan<byte> pkcs8)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return (key.ExportSubjectPublicKeyInfoPem(), IdOf(key));
    }

    /// <summary>The first 16 bytes of the SHA-256 of the public key's SubjectPublicKeyInfo, in hex.</summary>
    public static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 16));

    /// <summary>The bytes that are signed.</summary>
    public static byte[] SignedText(string device, string time, long seq, string previous) =>
        Encoding.UTF8.GetBytes(FormattableString.Invariant($"coffer-audit-checkpoint-v1\n{device}\n{time}\n{seq}\n{previous}\n"));

    /// <summary>A checkpoint as an entry, to which the device adds the chain.</summary>
    public byte[] Checkpoint(DateTimeOffset at, AuditChainHead head)
    {
        var time = Rfc3339.Format(at);
        var signature = _key.SignData(SignedText(Device, time, head.Seq + 1, head.Hash), HashAlgorithmName.SHA256);
        return JsonBytes.Write(
            (Signer: this, Time: time, Signature: signature),
            static (made, json) =>
            {
                json.WriteStartObject();
                json.WriteString("time"u8, made.Time);
                json.WriteString("type"u8, "checkpoint"u8);
                json.WriteStartObject("checkpoint"u8);
                json.WriteString("device"u8, made.Signer.Device);
                json.WriteString("key_id"u8, made.Signer.KeyId);
                json.WriteString("signature"u8, Convert.ToBase64String(made.Signature));
                json.WriteEndObject();
                json.WriteEndObject();
            });
    }

    public void Dispose() => _key.Dispose();
}
