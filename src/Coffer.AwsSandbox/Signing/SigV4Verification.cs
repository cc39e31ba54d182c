using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Coffer.Aws.Signing;

namespace Coffer.AwsSandbox.Signing;

/// <summary>Verifies Signature Version 4 in both forms: the Authorization header and the presigned query.</summary>
/// <remarks>
/// Two steps, since between them the caller looks the secret key up: <see cref="TryReadClaim"/>, then <see cref="Verify"/>.
/// </remarks>
public static class SigV4Verification
{
    /// <summary>How far the signing time may lie from the verifier's clock at AWS.</summary>
    public static readonly TimeSpan SkewMax = TimeSpan.FromMinutes(15);

    private const int SignedHeadersMax = 64;

    /// <summary>Reads what the request says about its signature; false with the reason when there is none or it is malformed.</summary>
    public static bool TryReadClaim(SigV4Request request, out SigV4Claim? claim, out SigV4Fault? fault)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            claim = request.Header("authorization") is { } header ? FromHeader(request, header) : FromQuery(request);
            fault = null;
            return true;
        }
        catch (RefusedException refused)
        {
            claim = null;
            fault = refused.Fault;
            return false;
        }
        catch (FormatException malformed)
        {
            claim = null;
            fault = new SigV4Fault(SigV4FaultKind.Incomplete, $"The request cannot be canonicalised: {malformed.Message}.");
            return false;
        }
    }

    /// <summary>Null when the claim holds: the time is near enough, what must be covered is, and the signature is right.</summary>
    /// <param name="request">The request as received; its payload hash was computed from the body by the caller, not copied from a header.</param>
    /// <param name="claim">What <see cref="TryReadClaim"/> read from the same request.</param>
    /// <param name="secretAccessKey">The secret of the claim's access key.</param>
    /// <param name="now">The verifier's clock.</param>
    /// <param name="skewMax">Usually <see cref="SkewMax"/>; <see cref="TimeSpan.MaxValue"/> turns the check of time off.</param>
    public static SigV4Fault? Verify(
        SigV4Request request, SigV4Claim claim, string secretAccessKey, DateTimeOffset now, TimeSpan skewMax)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(claim);
        if (CheckTime(claim, now, skewMax) is { } late)
        {
            return late;
        }

        if (CheckCoverage(request, claim) is { } uncovered)
        {
            return uncovered;
        }

        string canonical;
        try
        {
            canonical = SigV4Canonical.Request(request, claim.SignedHeaders, SigV4Canonical.RuleOf(claim.Scope.Service));
        }
        catch (FormatException malformed)
        {
            return new SigV4Fault(SigV4FaultKind.Incomplete, $"The request cannot be canonicalised: {malformed.Message}.");
        }

        var time = SigV4.FormatTime(claim.SignedAt);
        var expected = SigV4.Signature(secretAccessKey, claim.Scope, SigV4.StringToSign(canonical, time, claim.Scope));
        var given = Convert.FromHexString(claim.Signature);
        return CryptographicOperations.FixedTimeEquals(expected, given)
            ? null
            : new SigV4Fault(
                SigV4FaultKind.Mismatch,
                "The request signature we calculated does not match the signature you provided. "
                + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");
    }

    private static SigV4Fault? CheckTime(SigV4Claim claim, DateTimeOffset now, TimeSpan skewMax)
    {
        var age = now - claim.SignedAt;
        var minutes = (long)Math.Min(skewMax.TotalMinutes, int.MaxValue);
        var signed = SigV4.FormatTime(claim.SignedAt);
        var current = SigV4.FormatTime(now);
        if (age < TimeSpan.Zero && age.Negate() > skewMax)
        {
            return new SigV4Fault(
                SigV4FaultKind.NotYetCurrent,
                $"Signature not yet current: {signed} is still later than {SigV4.FormatTime(now + skewMax)} ({current} + {minutes} min.)");
        }

        if (claim.Expires is { } expires)
        {
            return skewMax < TimeSpan.MaxValue && age > expires
                ? new SigV4Fault(SigV4FaultKind.Expired, $"Request has expired: {signed} plus {expires.TotalSeconds} seconds is before {current}")
                : null;
        }

        return age > skewMax
            ? new SigV4Fault(
                SigV4FaultKind.Expired,
                $"Signature expired: {signed} is now earlier than {SigV4.FormatTime(now - skewMax)} ({current} - {minutes} min.)")
            : null;
    }

    /// <summary>The host is always covered, and the date in the header form; S3 wants every <c>x-amz-</c> header as well.</summary>
    private static SigV4Fault? CheckCoverage(SigV4Request request, SigV4Claim claim)
    {
        var missing = new List<string>();
        if (!claim.SignedHeaders.Contains("host"))
        {
            missing.Add("host");
        }

        var date = request.Header("x-amz-date") is null ? "date" : "x-amz-date";
        if (claim.Expires is null && !claim.SignedHeaders.Contains(date))
        {
            missing.Add(date);
        }

        var strict = SigV4Canonical.RuleOf(claim.Scope.Service) == SigV4PathRule.S3;
        foreach (var header in request.Headers)
        {
            if (strict && header.Key.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
                && !claim.SignedHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            {
                missing.Add(header.Key);
            }
        }

        return missing.Count == 0
            ? null
            : new SigV4Fault(
                SigV4FaultKind.HeaderNotSigned,
                $"There were headers present in the request which were not signed: {string.Join(", ", missing.Distinct(StringComparer.OrdinalIgnoreCase))}");
    }

    private static SigV4Claim FromHeader(SigV4Request request, string header)
    {
        var blank = header.IndexOf(' ', StringComparison.Ordinal);
        var algorithm = blank < 0 ? header : header[..blank];
        if (algorithm != SigV4.Algorithm)
        {
            throw Refuse($"Unsupported AWS 'algorithm': '{algorithm}'.");
        }

        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in header[(blank + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (blank < 0 || equals <= 0 || !parts.TryAdd(part[..equals], part[(equals + 1)..]))
            {
                throw Refuse("The Authorization header is not a list of distinct 'key=value' parts.");
            }
        }

        var time = request.Header("x-amz-date") is { } amz ? ParseAmz(amz) : ParseHttpDate(request.Header("date"));
        return Build(
            time,
            parts.GetValueOrDefault("Credential") ?? throw Refuse("Authorization header requires 'Credential' parameter."),
            parts.GetValueOrDefault("SignedHeaders") ?? throw Refuse("Authorization header requires 'SignedHeaders' parameter."),
            parts.GetValueOrDefault("Signature") ?? throw Refuse("Authorization header requires 'Signature' parameter."),
            request.Header("x-amz-security-token"),
            null);
    }

    private static SigV4Claim FromQuery(SigV4Request request)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in request.RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part.StartsWith("X-Amz-", StringComparison.Ordinal)
                && !found.TryAdd(part[..equals], UriText.DecodeText(part.AsSpan(equals + 1))))
            {
                throw Refuse($"The query parameter {part[..equals]} is given more than once.");
            }
        }

        if (!found.TryGetValue("X-Amz-Algorithm", out var algorithm))
        {
            throw new RefusedException(new SigV4Fault(SigV4FaultKind.Missing, "Request is missing Authentication Token"));
        }

        if (algorithm != SigV4.Algorithm)
        {
            throw Refuse($"Unsupported AWS 'algorithm': '{algorithm}'.");
        }

        if (!int.TryParse(found.GetValueOrDefault("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < 1 or > 604800)
        {
            throw Refuse("X-Amz-Expires must be a number of seconds from 1 to 604800.");
        }

        return Build(
            ParseAmz(found.GetValueOrDefault("X-Amz-Date")),
            found.GetValueOrDefault("X-Amz-Credential") ?? throw Refuse("The query requires 'X-Amz-Credential'."),
            found.GetValueOrDefault("X-Amz-SignedHeaders") ?? throw Refuse("The query requires 'X-Amz-SignedHeaders'."),
            found.GetValueOrDefault("X-Amz-Signature") ?? throw Refuse("The query requires 'X-Amz-Signature'."),
            found.GetValueOrDefault("X-Amz-Security-Token"),
            TimeSpan.FromSeconds(seconds));
    }

    private static SigV4Claim Build(
        DateTimeOffset time, string credential, string headers, string signature, string? token, TimeSpan? expires)
    {
        var parts = credential.Split('/');
        if (parts.Length != 5 || parts.Any(part => part.Length == 0) || parts[4] != CredentialScope.Terminator)
        {
            throw Refuse("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request.");
        }

        if (parts[1] != SigV4.FormatTime(time)[..8])
        {
            throw Refuse($"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{parts[1]}'.");
        }

        var names = headers.Split(';');
        if (names.Length > SignedHeadersMax || !IsStrictlyOrdered(names))
        {
            throw Refuse("SignedHeaders must be distinct lower-case header names in order, joined by semicolons.");
        }

        if (signature.Length != 64 || signature.Any(letter => !char.IsAsciiDigit(letter) && letter is not (>= 'a' and <= 'f')))
        {
            throw Refuse("Signature must be 64 lower-case hexadecimal digits.");
        }

        return new SigV4Claim
        {
            AccessKeyId = parts[0],
            Scope = new CredentialScope(parts[1], parts[2], parts[3]),
            SignedAt = time,
            SignedHeaders = ImmutableArray.Create(names),
            Signature = signature,
            SessionToken = token,
            Expires = expires,
        };
    }

    private static bool IsStrictlyOrdered(string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length == 0 || names[i].Any(char.IsAsciiLetterUpper) || (i > 0 && string.CompareOrdinal(names[i - 1], names[i]) >= 0))
            {
                return false;
            }
        }

        return true;
    }

    private static DateTimeOffset ParseAmz(string? text) =>
        DateTimeOffset.TryParseExact(text, SigV4.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw Refuse("Date must be in ISO-8601 'basic format', such as 20150830T123600Z, in X-Amz-Date.");

    private static DateTimeOffset ParseHttpDate(string? text) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw Refuse("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");

    private static RefusedException Refuse(string message) => new(new SigV4Fault(SigV4FaultKind.Incomplete, message));

    /// <summary>Carries a refusal out of the nested parsers; never leaves this class.</summary>
    private sealed class RefusedException(SigV4Fault fault) : Exception(fault.Message)
    {
        public SigV4Fault Fault { get; } = fault;
    }
}
