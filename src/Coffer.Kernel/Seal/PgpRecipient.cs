using System.Buffers;
using System.Text;
using System.Text.Json;
using Coffer.Sdk.Primitives;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Security;

namespace Coffer.Kernel.Seal;

/// <summary>Somebody whose OpenPGP key encrypts a key share or a root token, so that nobody else sees it: the server shows the encrypted message alone.</summary>
public sealed class PgpRecipient
{
    /// <summary>Key flags of RFC 4880, 5.2.3.21: encrypts communications, encrypts storage.</summary>
    private const int EncryptionFlags = 0x04 | 0x08;

    /// <summary>Largest modulus or prime of a key, in bits.</summary>
    private const int ModulusBitsMax = 8192;

    /// <summary>Largest public exponent of an RSA key, in bits.</summary>
    private const int ExponentBitsMax = 31;

    /// <summary>Largest order of a DSA key's subgroup, in bits: twice what the standard has.</summary>
    private const int SubgroupBitsMax = 512;

    private static readonly SearchValues<char> Base64Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n");

    private readonly PgpPublicKey _key;

    private PgpRecipient(PgpPublicKey primary, PgpPublicKey key)
    {
        _key = key;
        Fingerprint = Convert.ToHexStringLower(primary.GetFingerprint());
    }

    /// <summary>Of the primary key, in lower-case hex.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads a public key as clients send it: base64 of the binary key, or of an armored one, or an armored one as it is.</summary>
    /// <param name="now">A key that expired before this moment is refused.</param>
    /// <param name="problem">Why it is not taken; never a part of it. Empty when it is.</param>
    public static bool TryParse(string text, DateTimeOffset now, out PgpRecipient recipient, out string problem)
    {
        recipient = null!;
        if (text.StartsWith("keybase:", StringComparison.OrdinalIgnoreCase))
        {
            problem = "keybase names are not looked up: this server fetches no keys from elsewhere. Give the public key itself, in base64";
            return false;
        }

        if (!TryDecode(text, out var bytes, out problem))
        {
            problem = $"error decoding given PGP key: {problem}";
            return false;
        }

        if (bytes[0] is < 0x80 and not (byte)'-')
        {
            problem = "error parsing given PGP key: openpgp: invalid data: tag byte does not have MSB set";
            return false;
        }

        try
        {
            using var input = PgpUtilities.GetDecoderStream(new MemoryStream(bytes));
            return TryRead(new PgpObjectFactory(input), now, out recipient, out problem);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The library promises no closed set of what it throws at bytes that are no key, and says nothing that would help their sender.
            problem = "error parsing given PGP key: it is no OpenPGP public key";
            return false;
        }
    }

    /// <summary>Reads a list of them.</summary>
    /// <param name="sent">The whole request. A list of keys with an empty one in it must not pass for a shorter list, or for none: what was to be encrypted would be shown.</param>
    /// <param name="texts">The keys, as the field <c>pgp_keys</c> gave them: without empty ones.</param>
    /// <returns>Null when one of them is not taken.</returns>
    public static IReadOnlyList<PgpRecipient>? ParseAll(JsonElement sent, IReadOnlyList<string> texts, DateTimeOffset now, out string problem)
    {
        List<PgpRecipient> all = [];
        problem = HoldsEmptyKey(sent) ? "error decoding given PGP key: one of 'pgp_keys' is empty" : "";
        if (problem.Length > 0)
        {
            return null;
        }

        foreach (var text in texts)
        {
            if (!TryParse(text, now, out var recipient, out problem))
            {
                return null;
            }

            all.Add(recipient);
        }

        return all;
    }

    private static bool HoldsEmptyKey(JsonElement sent) =>
        sent.ValueKind == JsonValueKind.Object && sent.TryGetProperty("pgp_keys", out var keys) && keys.ValueKind switch
        {
            JsonValueKind.Array => keys.EnumerateArray().Any(key => key.ValueKind == JsonValueKind.Null || (key.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(key.GetString()))),
            JsonValueKind.String => keys.GetString()!.Split(',').Any(string.IsNullOrWhiteSpace),
            _ => false,
        };

    /// <summary>A binary OpenPGP message that only the key's owner can read.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> plain, IRandom random)
    {
        var secure = new SecureRandom(new Source(random));
        using var literal = new MemoryStream();
        using (var data = new PgpLiteralDataGenerator().Open(literal, PgpLiteralData.Binary, "", plain.Length, DateTime.UnixEpoch))
        {
            data.Write(plain);
        }

        var generator = new PgpEncryptedDataGenerator(SymmetricKeyAlgorithmTag.Aes256, true, secure);
        generator.AddMethod(_key);
        using var message = new MemoryStream();
        using (var encrypted = generator.Open(message, literal.Length))
        {
            literal.WriteTo(encrypted);
        }

        System.Security.Cryptography.CryptographicOperations.ZeroMemory(literal.GetBuffer());
        return message.ToArray();
    }

    public override string ToString() => $"PgpRecipient({Fingerprint})";

    private static bool TryDecode(string text, out byte[] bytes, out string problem)
    {
        problem = "";
        if (text.AsSpan().TrimStart().StartsWith("-----BEGIN", StringComparison.Ordinal))
        {
            bytes = Encoding.UTF8.GetBytes(text);
            return true;
        }

        bytes = [];
        var wrong = text.AsSpan().TrimEnd('=').IndexOfAnyExcept(Base64Characters);
        if (wrong >= 0)
        {
            problem = $"illegal base64 data at input byte {wrong}";
            return false;
        }

        bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length == 0)
        {
            problem = $"illegal base64 data at input byte {text.Length}";
            return false;
        }

        Array.Resize(ref bytes, length);
        return true;
    }

    private static bool TryRead(PgpObjectFactory packets, DateTimeOffset now, out PgpRecipient recipient, out string problem)
    {
        recipient = null!;
        problem = "";
        switch (packets.NextPgpObject())
        {
            case PgpSecretKeyRing:
                problem = "error parsing given PGP key: it is a private key. Keep it, and give the public one";
                return false;
            case PgpPublicKeyRing ring:
                if (ring.GetPublicKeys().Any(IsTooLarge))
                {
                    // Before any signature is checked: that is what would take minutes.
                    problem = $"error parsing given PGP key: a number in it is larger than in any key in use; keys of up to {ModulusBitsMax} bits are taken";
                    return false;
                }

                var primary = ring.GetPublicKey();
                if (EncryptionKeyOf(ring, primary, now) is not { } key)
                {
                    problem = "error parsing given PGP key: it has no part that encrypts and is neither expired nor revoked";
                    return false;
                }

                recipient = new PgpRecipient(primary, key);
                return true;
            default:
                problem = "error parsing given PGP key: it is no OpenPGP public key";
                return false;
        }
    }

    private static bool IsTooLarge(PgpPublicKey key) => key.BitStrength > ModulusBitsMax || key.PublicKeyPacket.Key switch
    {
        RsaPublicBcpgKey rsa => rsa.PublicExponent.BitLength > ExponentBitsMax,
        DsaPublicBcpgKey dsa => dsa.Q.BitLength > SubgroupBitsMax || dsa.G.BitLength > ModulusBitsMax || dsa.Y.BitLength > ModulusBitsMax,
        ElGamalPublicBcpgKey elGamal => elGamal.G.BitLength > ModulusBitsMax || elGamal.Y.BitLength > ModulusBitsMax,
        _ => false,
    };

    /// <summary>The newest subkey that may encrypt, else the primary key if it may.</summary>
    private static PgpPublicKey? EncryptionKeyOf(PgpPublicKeyRing ring, PgpPublicKey primary, DateTimeOffset now)
    {
        if (primary.HasRevocation() || IsExpired(primary, now))
        {
            return null;
        }

        return ring.GetPublicKeys()
            .Where(key => key.IsEncryptionKey && !key.HasRevocation() && !IsExpired(key, now) && MayEncrypt(key, primary))
            .OrderByDescending(key => !key.IsMasterKey)
            .ThenByDescending(key => key.CreationTime)
            .FirstOrDefault();
    }

    private static bool IsExpired(PgpPublicKey key, DateTimeOffset now) =>
        key.GetValidSeconds() is > 0 and var seconds && new DateTimeOffset(key.CreationTime, TimeSpan.Zero).AddSeconds(seconds) <= now;

    /// <summary>Whether the primary key says so, in a signature that is good.</summary>
    private static bool MayEncrypt(PgpPublicKey key, PgpPublicKey primary)
    {
        var signatures = key.IsMasterKey
            ? key.GetUserIds().SelectMany(id => key.GetSignaturesForId(id).Where(signature => Certifies(signature, primary, id)))
            : key.GetSignaturesOfType(PgpSignature.SubkeyBinding).Where(signature => Binds(signature, primary, key));
        return signatures.Any(signature => signature.GetHashedSubPackets().GetKeyFlags() is var flags && (flags == 0 || (flags & EncryptionFlags) != 0));
    }

    private static bool Binds(PgpSignature signature, PgpPublicKey primary, PgpPublicKey subkey)
    {
        if (signature.KeyId != primary.KeyId)
        {
            return false;
        }

        signature.InitVerify(primary);
        return signature.VerifyCertification(primary, subkey);
    }

    private static bool Certifies(PgpSignature signature, PgpPublicKey primary, string id)
    {
        if (signature.KeyId != primary.KeyId || !signature.IsCertification())
        {
            return false;
        }

        signature.InitVerify(primary);
        return signature.VerifyCertification(id, primary);
    }

    /// <summary>The server's source of randomness, for the library.</summary>
    private sealed class Source(IRandom random) : Org.BouncyCastle.Crypto.Prng.IRandomGenerator
    {
        public void AddSeedMaterial(byte[] seed)
        {
            // It needs no seed.
        }

        public void AddSeedMaterial(ReadOnlySpan<byte> seed)
        {
            // As above.
        }

        public void AddSeedMaterial(long seed)
        {
            // As above.
        }

        public void NextBytes(byte[] bytes) => random.Fill(bytes);

        public void NextBytes(byte[] bytes, int start, int len) => random.Fill(bytes.AsSpan(start, len));

        public void NextBytes(Span<byte> bytes) => random.Fill(bytes);
    }
}
