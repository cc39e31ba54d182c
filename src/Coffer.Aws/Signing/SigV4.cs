using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Aws.Signing;

/// <summary>Signs requests with AWS Signature Version 4.</summary>
public static class SigV4
{
    /// <summary>The only algorithm spoken here.</summary>
    public const string Algorithm = "AWS4-HMAC-SHA256";

    internal const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Lower-case hex SHA-256 of a body.</summary>
    public static string HashPayload(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return SigV4Request.EmptyPayloadHash;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The time as it is in <c>X-Amz-Date</c>.</summary>
    public static string FormatTime(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>
    /// Signs with every header of the request. The caller has put <c>Host</c>, <c>X-Amz-Date</c> (equal to <paramref name="now"/>) and,
    /// for temporary credentials, <c>X-Amz-Security-Token</c> among them.
    /// </summary>
    public static SigV4Signed Sign(SigV4Request request, AwsCredentials credentials, string region, string service, DateTimeOffset now) =>
        Sign(request, credentials, region, service, now, SigV4Canonical.RuleOf(service));

    /// <summary>
    /// The query that makes a presigned URL of the request: its own query, the <c>X-Amz-*</c> parameters and the signature.
    /// </summary>
    /// <param name="request">All of its headers are signed, so the one who uses the URL must send them alike; usually only <c>Host</c>.</param>
    /// <param name="credentials">A session token is made part of the query.</param>
    /// <param name="region">See <see cref="CredentialScope"/>.</param>
    /// <param name="service">See <see cref="CredentialScope"/>.</param>
    /// <param name="now">The signing time, to the second.</param>
    /// <param name="expires">One second to seven days.</param>
    public static string Presign(
        SigV4Request request, AwsCredentials credentials, string region, string service, DateTimeOffset now, TimeSpan expires) =>
        Presign(request, credentials, region, service, now, expires, SigV4Canonical.RuleOf(service), signToken: true);

    /// <summary>Adds date, token and signature headers to <paramref name="message"/>.</summary>
    /// <param name="message">With an absolute URI. Its content's type is signed when it has one.</param>
    /// <param name="body">The bytes of its content.</param>
    /// <param name="credentials">The key to sign with.</param>
    /// <param name="region">See <see cref="CredentialScope"/>.</param>
    /// <param name="service">See <see cref="CredentialScope"/>.</param>
    /// <param name="now">The signing time.</param>
    public static void SignHttp(
        HttpRequestMessage message, ReadOnlySpan<byte> body, AwsCredentials credentials, string region, string service, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(credentials);
        var uri = message.RequestUri is { IsAbsoluteUri: true } absolute
            ? absolute
            : throw new ArgumentException("the request needs an absolute URI before it can be signed", nameof(message));

        var hash = HashPayload(body);
        var time = FormatTime(now);
        var headers = new List<KeyValuePair<string, string>> { new("host", message.Headers.Host ?? uri.Authority), new("x-amz-date", time) };
        Add(message, "X-Amz-Date", time);
        if (credentials.SessionToken is { } token)
        {
            headers.Add(new("x-amz-security-token", token));
            Add(message, "X-Amz-Security-Token", token);
        }

        if (SigV4Canonical.RuleOf(service) == SigV4PathRule.S3)
        {
            headers.Add(new("x-amz-content-sha256", hash));
            Add(message, "X-Amz-Content-Sha256", hash);
        }

        if (message.Content?.Headers.ContentType is { } type)
        {
            headers.Add(new("content-type", type.ToString()));
        }

        var signed = Sign(
            new SigV4Request
            {
                Method = message.Method.Method,
                RawPath = uri.AbsolutePath,
                RawQuery = uri.Query.TrimStart('?'),
                Headers = headers,
                PayloadHash = hash,
            },
            credentials, region, service, now);
        Add(message, "Authorization", signed.Authorization);
    }

    internal static SigV4Signed Sign(
        SigV4Request request, AwsCredentials credentials, string region, string service, DateTimeOffset now, SigV4PathRule rule)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(credentials);
        var time = FormatTime(now);
        var scope = new CredentialScope(time[..8], region, service);
        var names = SignedHeaderNames(request);
        var canonical = SigV4Canonical.Request(request, names, rule);
        var toSign = StringToSign(canonical, time, scope);
        var signature = Convert.ToHexStringLower(Signature(credentials.SecretAccessKey, scope, toSign));
        var header = $"{Algorithm} Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={string.Join(';', names)}, Signature={signature}";
        return new SigV4Signed(header, signature, canonical, toSign);
    }

    internal static string Presign(
        SigV4Request request, AwsCredentials credentials, string region, string service, DateTimeOffset now, TimeSpan expires,
        SigV4PathRule rule, bool signToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(credentials);
        ArgumentOutOfRangeException.ThrowIfLessThan(expires, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(expires, TimeSpan.FromDays(7));
        var time = FormatTime(now);
        var scope = new CredentialScope(time[..8], region, service);
        var names = SignedHeaderNames(request);
        var token = credentials.SessionToken is { } text ? $"&X-Amz-Security-Token={UriText.Encode(text)}" : "";
        var own = request.RawQuery.Length == 0 ? "" : request.RawQuery + "&";
        var query = own + $"X-Amz-Algorithm={Algorithm}&X-Amz-Credential={UriText.Encode($"{credentials.AccessKeyId}/{scope}")}"
            + $"&X-Amz-Date={time}&X-Amz-Expires={((long)expires.TotalSeconds).ToString(CultureInfo.InvariantCulture)}"
            + (signToken ? token : "") + $"&X-Amz-SignedHeaders={UriText.Encode(string.Join(';', names))}";
        var canonical = SigV4Canonical.Request(request with { RawQuery = query }, names, rule);
        var signature = Signature(credentials.SecretAccessKey, scope, StringToSign(canonical, time, scope));
        return $"{query}{(signToken ? "" : token)}&X-Amz-Signature={Convert.ToHexStringLower(signature)}";
    }

    internal static string StringToSign(string canonicalRequest, string time, CredentialScope scope) =>
        $"{Algorithm}\n{time}\n{scope}\n{HashPayload(Encoding.UTF8.GetBytes(canonicalRequest))}";

    internal static byte[] Signature(string secretAccessKey, CredentialScope scope, string stringToSign)
    {
        var key = SigningKey(secretAccessKey, scope);
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stringToSign));
        CryptographicOperations.ZeroMemory(key);
        return signature;
    }

    private static byte[] SigningKey(string secretAccessKey, CredentialScope scope)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secretAccessKey);
        foreach (var part in (ReadOnlySpan<string>)[scope.Date, scope.Region, scope.Service, CredentialScope.Terminator])
        {
            var next = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
            CryptographicOperations.ZeroMemory(key);
            key = next;
        }

        return key;
    }

    private static List<string> SignedHeaderNames(SigV4Request request)
    {
        var names = new List<string>(request.Headers.Count);
        foreach (var header in request.Headers)
        {
#pragma warning disable CA1308 // The algorithm asks for lower case.
            var name = header.Key.ToLowerInvariant();
#pragma warning restore CA1308
            if (name is not ("authorization" or "connection" or "transfer-encoding" or "expect") && !names.Contains(name))
            {
                names.Add(name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static void Add(HttpRequestMessage message, string name, string value)
    {
        message.Headers.Remove(name);
        if (!message.Headers.TryAddWithoutValidation(name, value))
        {
            throw new ArgumentException($"the header {name} cannot be added to this request", nameof(message));
        }
    }
}
