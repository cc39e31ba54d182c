using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/tools</c>: hashes and random bytes for clients that have no better source.</summary>
internal sealed class SysTools(IRandom random)
{
    private const int RandomBytesMax = 128 * 1024;

    private static readonly Field<string> Input = Field.Text("input", "What to hash, in base64.");
    private static readonly Field<string> Algorithm = Field.Text("algorithm", "sha2-224, -256, -384 or -512, or sha3-224, -256, -384 or -512; one in the path wins.", "sha2-256");
    private static readonly Field<string> UrlAlgorithm = Field.Text("urlalgorithm", "As algorithm.").OldNameOf(Algorithm);
    private static readonly Field<string> HashFormat = Field.Text("format", "hex or base64.", "hex");
    private static readonly Field<long> Bytes = Field.Integer("bytes", "How many, up to 131072; a number in the path wins.", 32);
    private static readonly Field<string> RandomFormat = Field.Text("format", "hex or base64.", "base64");
    private static readonly Field<string> Source = Field.Text("source", "Where they come from: platform.", "platform");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("tools/hash", "Hashes what is given.") { Fields = [Input, Algorithm, HashFormat], Write = HashAsync },
        new("tools/hash/{urlalgorithm:any}", "Hashes what is given with the algorithm of the path.") { Fields = [Input, Algorithm, HashFormat], Write = HashAsync },
        new("tools/random", "Makes random bytes.") { Fields = [Bytes, RandomFormat, Source], Write = (request, _) => RandomAsync(request, "", "") },
        new("tools/random/{urlbytes:any}", "Makes so many random bytes.")
        {
            Fields = [Bytes, RandomFormat, Source], Write = (request, _) => RandomAsync(request, "", request.Param("urlbytes")),
        },
        new("tools/random/{source:any}/{urlbytes:any}", "Makes so many random bytes from the source of the path.")
        {
            Fields = [Bytes, RandomFormat], Write = (request, _) => RandomAsync(request, request.Param("source"), request.Param("urlbytes")),
        },
    ];

    private static ValueTask<Reply> HashAsync(EngineRequest request, CancellationToken cancellation) => ValueTask.FromResult(Hash(request));

    private static Reply Hash(EngineRequest request)
    {
        var text = request.Get(Input);
        var input = new byte[text.Length];
        if (text.AsSpan().ContainsAny(" \t") || !Convert.TryFromBase64String(text, input, out var length))
        {
            return Reply.Invalid($"unable to decode input as base64: illegal base64 data at input byte {FirstBad(text)}");
        }

        var format = request.Get(HashFormat);
        if (format is not ("hex" or "base64"))
        {
            return Reply.Invalid("unsupported encoding format; must be \"hex\" or \"base64\"");
        }

        var algorithm = request.Fields.Has(UrlAlgorithm) ? request.Get(UrlAlgorithm) : request.Get(Algorithm);
        if (HasherOf(algorithm) is not { } hasher)
        {
            return Reply.Invalid($"unsupported algorithm; there are {KnownAlgorithms}");
        }

        var sum = hasher(input.AsSpan(0, length));
        return Reply.With(json => json.WriteString("sum", Encode(sum, format)));
    }

    private ValueTask<Reply> RandomAsync(EngineRequest request, string urlSource, string urlBytes) =>
        ValueTask.FromResult(Random(KernelRequest.Of(request), urlSource, urlBytes));

    private Reply Random(KernelRequest request, string urlSource, string urlBytes)
    {
        var source = urlSource.Length > 0 ? urlSource : urlBytes is "platform" or "seal" or "all" ? urlBytes : request.Get(Source);
        if (source != "platform")
        {
            return Reply.Invalid(source is "seal" or "all"
                ? $"source \"{source}\" is not available: no seal of this server gives random bytes; use platform"
                : "unsupported entropy source; must be \"platform\"");
        }

        var count = request.Get(Bytes);
        if (urlBytes.Length > 0 && urlBytes != source && !long.TryParse(urlBytes, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out count))
        {
            return Reply.Invalid("error parsing url-set byte count: the path must end in a whole number");
        }

        if (count < 1)
        {
            return Reply.Invalid("\"bytes\" cannot be less than 1");
        }

        if (count > RandomBytesMax)
        {
            return Reply.Invalid($"\"bytes\" should be less than {RandomBytesMax}");
        }

        var format = request.Get(RandomFormat);
        if (format is not ("hex" or "base64"))
        {
            return Reply.Invalid("unsupported encoding format; must be \"hex\" or \"base64\"");
        }

        var bytes = new byte[count];
        random.Fill(bytes);
        return Reply.With(json => json.WriteString("random_bytes", Encode(bytes, format)));
    }

    private static string Encode(byte[] bytes, string format) => format == "hex" ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);

    /// <summary>Where a reader of base64 stops: at the first character that does not belong there, or at the end.</summary>
    private static int FirstBad(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '/' or '\r' or '\n'))
            {
                return i;
            }
        }

        return text.Length;
    }

    private const string KnownAlgorithms = "sha2-224, sha2-256, sha2-384, sha2-512, sha3-224, sha3-256, sha3-384 and sha3-512";

    private static Hasher? HasherOf(string algorithm) => algorithm switch
    {
        // The platform has neither SHA-224 nor, everywhere, SHA-3.
        "sha2-224" => data => Digest(new Sha224Digest(), data),
        "sha2-256" => SHA256.HashData,
        "sha2-384" => SHA384.HashData,
        "sha2-512" => SHA512.HashData,
        "sha3-224" => data => Digest(new Sha3Digest(224), data),
        "sha3-256" => data => Digest(new Sha3Digest(256), data),
        "sha3-384" => data => Digest(new Sha3Digest(384), data),
        "sha3-512" => data => Digest(new Sha3Digest(512), data),
        _ => null,
    };

    private static byte[] Digest(IDigest digest, ReadOnlySpan<byte> data)
    {
        var sum = new byte[digest.GetDigestSize()];
        digest.BlockUpdate(data);
        digest.DoFinal(sum);
        return sum;
    }

    private delegate byte[] Hasher(ReadOnlySpan<byte> data);
}
