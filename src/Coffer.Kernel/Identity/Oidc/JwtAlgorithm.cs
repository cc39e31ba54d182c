using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Sdk.Primitives;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Coffer.Kernel.Identity.Oidc;

/// <summary>How identity tokens are signed: RSA with PKCS #1 padding or ECDSA, as RFC 7518 names them, or Ed25519, as RFC 8037 does.</summary>
internal abstract class JwtAlgorithm(string name)
{
    private static readonly JwtAlgorithm[] All =
    [
        new RsaAlgorithm("RS256", HashAlgorithmName.SHA256),
        new RsaAlgorithm("RS384", HashAlgorithmName.SHA384),
        new RsaAlgorithm("RS512", HashAlgorithmName.SHA512),
        new EcAlgorithm("ES256", HashAlgorithmName.SHA256, "P-256", ECCurve.NamedCurves.nistP256),
        new EcAlgorithm("ES384", HashAlgorithmName.SHA384, "P-384", ECCurve.NamedCurves.nistP384),
        new EcAlgorithm("ES512", HashAlgorithmName.SHA512, "P-521", ECCurve.NamedCurves.nistP521),
        new EdAlgorithm(),
    ];

    public static IEnumerable<string> Names => All.Select(algorithm => algorithm.Name);

    /// <summary>All names, for messages.</summary>
    public static string Known => string.Join(", ", Names);

    public string Name { get; } = name;

    public static JwtAlgorithm? Find(string name) => Array.Find(All, algorithm => algorithm.Name == name);

    /// <summary>A new key: its private half in PKCS #8, its public one as SubjectPublicKeyInfo; for Ed25519, the 32 bytes of each.</summary>
    public abstract (byte[] Private, byte[] Public) Generate(IRandom random);

    public abstract byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> data);

    public abstract bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>Writes the members of a key's JSON Web Key (RFC 7517).</summary>
    public void WriteKey(Utf8JsonWriter json, string id, ReadOnlySpan<byte> publicKey)
    {
        json.WriteString("use", "sig");
        json.WriteString("kid", id);
        json.WriteString("alg", Name);
        WriteMembers(json, publicKey);
    }

    protected abstract void WriteMembers(Utf8JsonWriter json, ReadOnlySpan<byte> publicKey);

    private sealed class RsaAlgorithm(string name, HashAlgorithmName hash) : JwtAlgorithm(name)
    {
        private const int KeyBits = 2048;

        public override (byte[] Private, byte[] Public) Generate(IRandom random)
        {
            using var key = RSA.Create(KeyBits);
            return (key.ExportPkcs8PrivateKey(), key.ExportSubjectPublicKeyInfo());
        }

        public override byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> data)
        {
            using var key = RSA.Create();
            key.ImportPkcs8PrivateKey(privateKey, out _);
            return key.SignData(data, hash, RSASignaturePadding.Pkcs1);
        }

        public override bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
        {
            using var key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1);
        }

        protected override void WriteMembers(Utf8JsonWriter json, ReadOnlySpan<byte> publicKey)
        {
            using var key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            var parameters = key.ExportParameters(includePrivateParameters: false);
            json.WriteString("kty", "RSA");
            json.WriteString("n", Base64Url.EncodeToString(parameters.Modulus));
            json.WriteString("e", Base64Url.EncodeToString(parameters.Exponent));
        }
    }

    private sealed class EcAlgorithm(string name, HashAlgorithmName hash, string curveName, ECCurve curve) : JwtAlgorithm(name)
    {
        public override (byte[] Private, byte[] Public) Generate(IRandom random)
        {
            using var key = ECDsa.Create(curve);
            return (key.ExportPkcs8PrivateKey(), key.ExportSubjectPublicKeyInfo());
        }

        public override byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> data)
        {
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(privateKey, out _);
            return key.SignData(data, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        public override bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.VerifyData(data, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        protected override void WriteMembers(Utf8JsonWriter json, ReadOnlySpan<byte> publicKey)
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            var parameters = key.ExportParameters(includePrivateParameters: false);
            json.WriteString("kty", "EC");
            json.WriteString("crv", curveName);
            json.WriteString("x", Base64Url.EncodeToString(parameters.Q.X));
            json.WriteString("y", Base64Url.EncodeToString(parameters.Q.Y));
        }
    }

    private sealed class EdAlgorithm() : JwtAlgorithm("EdDSA")
    {
        public override (byte[] Private, byte[] Public) Generate(IRandom random)
        {
            var seed = new byte[Ed25519.SecretKeySize];
            random.Fill(seed);
            var shown = new byte[Ed25519.PublicKeySize];
            Ed25519.GeneratePublicKey(seed, shown);
            return (seed, shown);
        }

        public override byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> data)
        {
            var signature = new byte[Ed25519.SignatureSize];
            Ed25519.Sign(privateKey.ToArray(), 0, data.ToArray(), 0, data.Length, signature, 0);
            return signature;
        }

        public override bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
            signature.Length == Ed25519.SignatureSize && Ed25519.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, data.ToArray(), 0, data.Length);

        protected override void WriteMembers(Utf8JsonWriter json, ReadOnlySpan<byte> publicKey)
        {
            json.WriteString("kty", "OKP");
            json.WriteString("crv", "Ed25519");
            json.WriteString("x", Base64Url.EncodeToString(publicKey));
        }
    }
}
