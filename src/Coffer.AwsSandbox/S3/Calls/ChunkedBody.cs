using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Signing;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>Takes an <c>aws-chunked</c> body apart and checks the signature of each chunk, and of the trailer, where they are signed.</summary>
internal sealed class ChunkedBody
{
    private readonly byte[] _body;
    private readonly SigV4Claim _claim;
    private readonly string? _secret;
    private readonly List<KeyValuePair<string, string>> _trailer = [];
    private string _previous;
    private int _at;

    private ChunkedBody(byte[] body, SigV4Claim claim, string? secret)
    {
        _body = body;
        _claim = claim;
        _secret = secret;
        _previous = claim.Signature;
    }

    /// <summary>The request with its body whole, and with what its trailer holds among its headers.</summary>
    /// <param name="kind">The value of <c>x-amz-content-sha256</c>, which begins with <c>STREAMING-</c>.</param>
    /// <param name="request">As received.</param>
    /// <param name="claim">Already verified: its signature is where the chain of chunk signatures begins.</param>
    /// <param name="secret">Of the claim's access key.</param>
    public static WireRequest Decode(string kind, WireRequest request, SigV4Claim claim, string secret)
    {
        var signed = kind switch
        {
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" or "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => true,
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => false,
            _ => throw new AwsFault(501, "NotImplemented", $"The sandbox does not offer {kind}."),
        };
        var chunks = new ChunkedBody(request.Body, claim, signed ? secret : null);
        var body = chunks.Read();
        if (request.Header("x-amz-decoded-content-length") is { } length && length != body.Length.ToString(CultureInfo.InvariantCulture))
        {
            throw Broken();
        }

        var announced = (request.Header("x-amz-trailer") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!announced.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(chunks._trailer.Select(pair => pair.Key))
            || !announced.All(name => name.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase)))
        {
            throw new AwsFault(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.");
        }

        return request with { Body = body, Headers = [.. request.Headers, .. chunks._trailer] };
    }

    private byte[] Read()
    {
        using var whole = new MemoryStream();
        while (true)
        {
            var (size, signature) = Head(Line());
            var data = Take(size);
            if (_secret is not null)
            {
                Check("AWS4-HMAC-SHA256-PAYLOAD", $"{SigV4Request.EmptyPayloadHash}\n{SigV4.HashPayload(data)}", signature);
            }

            if (size == 0)
            {
                break;
            }

            whole.Write(data);
            if (Line().Length > 0)
            {
                throw Broken();
            }
        }

        ReadTrailer();
        return whole.ToArray();
    }

    private void ReadTrailer()
    {
        var covered = new StringBuilder();
        string? signature = null;
        while (_at < _body.Length && Line() is { Length: > 0 } line)
        {
            if (line.StartsWith("x-amz-trailer-signature:", StringComparison.OrdinalIgnoreCase))
            {
                signature = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
            else
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                _trailer.Add(new(colon < 0 ? throw Broken() : line[..colon].Trim(), line[(colon + 1)..].Trim()));
                covered.Append(line.Trim()).Append('\n');
            }
        }

        if (_secret is not null && covered.Length > 0)
        {
            Check("AWS4-HMAC-SHA256-TRAILER", SigV4.HashPayload(Encoding.UTF8.GetBytes(covered.ToString())), signature ?? throw Broken());
        }
    }

    private void Check(string algorithm, string covered, string given)
    {
        var text = $"{algorithm}\n{SigV4.FormatTime(_claim.SignedAt)}\n{_claim.Scope}\n{_previous}\n{covered}";
        var expected = Convert.ToHexStringLower(SigV4.Signature(_secret ?? "", _claim.Scope, text));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(given)))
        {
            throw new AwsFault(403, "SignatureDoesNotMatch", "The signature of a chunk does not match.");
        }

        _previous = expected;
    }

    private static (int Size, string Signature) Head(string line)
    {
        var parts = line.Split(';', 2);
        if (!int.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0)
        {
            throw Broken();
        }

        const string Name = "chunk-signature=";
        return (size, parts.Length == 2 && parts[1].StartsWith(Name, StringComparison.Ordinal) ? parts[1][Name.Length..] : "");
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size > _body.Length - _at)
        {
            throw Broken();
        }

        _at += size;
        return _body.AsSpan(_at - size, size);
    }

    private string Line()
    {
        var end = _body.AsSpan(_at).IndexOf("\r\n"u8);
        if (end < 0)
        {
            throw Broken();
        }

        var line = Encoding.UTF8.GetString(_body, _at, end);
        _at += end + 2;
        return line;
    }

    private static AwsFault Broken() => new(400, "IncompleteBody", "The chunks of the body are malformed.");
}
