using System.Security.Cryptography;
using System.Text;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Audit.Chain;

/// <summary>Signs checkpoints of a device's chain: ECDSA on P-256 with SHA-256, the signature in IEEE P1363 form and base64.</summary>
/// <remarks>
/// A checkpoint signs the device, the time, its own sequence number and the hash of the line before it, and with that hash every line before; and the generation of
/// the store, so that an older copy of that is noticed beside a newer log. The key is kept in the barrier; an intruder on an unsealed server can sign with it, so a checkpoint proves what was there when it was made only to those who kept a copy.
/// </remarks>
public sealed class AuditSigner : IDisposable
{
    private readonly ECDsa _key;
    private readonly Func<long>? _generation;

    /// <param name="pkcs8">From <see cref="NewKey"/>.</param>
    /// <param name="device">The device's UUID.</param>
    /// <param name="generation">How far the store has come; null where it does not count.</param>
    internal AuditSigner(ReadOnlySpan<byte> pkcs8, string device, Func<long>? generation = null)
    {
        Device = device;
        _generation = generation;
        _key = ECDsa.Create();
        _key.ImportPkcs8PrivateKey(pkcs8, out _);
        KeyId = IdOf(_key);
    }

    internal string Device { get; }

    internal string KeyId { get; }

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
    internal static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 16));

    /// <summary>The bytes that are signed.</summary>
    /// <param name="generation">Zero: the checkpoint names none, and has the first version's text.</param>
    internal static byte[] SignedText(string device, string time, long seq, string previous, long generation) => Encoding.UTF8.GetBytes(
        generation == 0
            ? FormattableString.Invariant($"coffer-audit-checkpoint-v1\n{device}\n{time}\n{seq}\n{previous}\n")
            : FormattableString.Invariant($"coffer-audit-checkpoint-v2\n{device}\n{time}\n{seq}\n{previous}\n{generation}\n"));

    /// <summary>Whether a checkpoint is signed with this key.</summary>
    internal static bool IsSigned(AuditLine checkpoint, ECDsa key)
    {
        var signature = new byte[256];
        return checkpoint.Seq is { } seq
            && Convert.TryFromBase64String(checkpoint.Signature, signature, out var length)
            && key.VerifyData(
                SignedText(checkpoint.Device, checkpoint.Time, seq, checkpoint.Prev, checkpoint.Generation), signature.AsSpan(0, length), HashAlgorithmName.SHA256);
    }

    /// <summary>A checkpoint as an entry, to which the device adds the chain.</summary>
    internal byte[] Checkpoint(DateTimeOffset at, AuditChainHead head)
    {
        var time = Rfc3339.Format(at);
        var generation = _generation?.Invoke() ?? 0;
        var signature = _key.SignData(SignedText(Device, time, head.Seq + 1, head.Hash.ToString(), generation), HashAlgorithmName.SHA256);
        return JsonBytes.Write(
            (Signer: this, Time: time, Generation: generation, Signature: signature),
            static (made, json) =>
            {
                json.WriteStartObject();
                json.WriteString("time"u8, made.Time);
                json.WriteString("type"u8, "checkpoint"u8);
                json.WriteStartObject("checkpoint"u8);
                json.WriteString("device"u8, made.Signer.Device);
                json.WriteString("key_id"u8, made.Signer.KeyId);
                if (made.Generation > 0)
                {
                    json.WriteNumber("generation"u8, made.Generation);
                }

                json.WriteString("signature"u8, Convert.ToBase64String(made.Signature));
                json.WriteEndObject();
                json.WriteEndObject();
            });
    }

    public void Dispose() => _key.Dispose();
}
