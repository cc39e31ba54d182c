using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Signing;
using CsCheck;

namespace Coffer.Aws.Tests.Sandbox.Signing;

public sealed class VerificationTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AwsCredentials Keys = new("AKIDEXAMPLE", Secret);

    [Theory]
    [InlineData(-15 * 60, null)]
    [InlineData((-15 * 60) - 1, SigV4FaultKind.Expired)]
    [InlineData(15 * 60, null)]
    [InlineData((15 * 60) + 1, SigV4FaultKind.NotYetCurrent)]
    public void A_signature_holds_for_fifteen_minutes_either_way(int seconds, SigV4FaultKind? kind) =>
        Assert.Equal(kind, Check(Signed(Now.AddSeconds(seconds)))?.Kind);

    [Theory]
    [InlineData(0, null)]
    [InlineData(60, null)]
    [InlineData(61, SigV4FaultKind.Expired)]
    [InlineData(-901, SigV4FaultKind.NotYetCurrent)]
    public void A_presigned_url_holds_as_long_as_it_says(int age, SigV4FaultKind? kind)
    {
        var plain = Plain(("Host", "sts.amazonaws.com"));
        var query = SigV4.Presign(plain, Keys, "us-east-1", "sts", Now.AddSeconds(-age), TimeSpan.FromSeconds(60));

        Assert.Equal(kind, Check(plain with { RawQuery = query })?.Kind);
    }

    [Theory]
    [InlineData("", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256", SigV4FaultKind.Incomplete)]
    [InlineData("AWS3 Credential=a/20260301/r/s/aws4_request, SignedHeaders=host, Signature=00", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, Signature=00", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=host", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/aws4_request, SignedHeaders=host, Signature=SIG", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260302/r/s/aws4_request, SignedHeaders=host, Signature=SIG", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=x-amz-date;host, Signature=SIG", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=Host, Signature=SIG", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=host;host, Signature=SIG", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=host, Signature=xyz", SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=host;x-amz-date, Signature=SIG, Signature=SIG",
        SigV4FaultKind.Incomplete)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=x-amz-date, Signature=SIG", SigV4FaultKind.HeaderNotSigned)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=host, Signature=SIG", SigV4FaultKind.HeaderNotSigned)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s/aws4_request, SignedHeaders=host;x-amz-date, Signature=SIG", SigV4FaultKind.Mismatch)]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20260301/r/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=SIG", SigV4FaultKind.HeaderNotSigned)]
    public void A_malformed_or_wrong_header_is_refused(string authorization, SigV4FaultKind kind)
    {
        var header = authorization.Replace("SIG", new string('0', 64), StringComparison.Ordinal);
        var request = Plain(("Host", "h"), ("X-Amz-Date", "20260301T120000Z"), ("X-Amz-Content-Sha256", "x"), ("Authorization", header));

        Assert.Equal(kind, Check(request)?.Kind);
    }

    [Fact]
    public void A_request_without_any_signature_says_so() =>
        Assert.Equal(SigV4FaultKind.Missing, Check(Plain(("Host", "h")))?.Kind);

    [Fact]
    public void A_broken_escape_is_refused_and_does_not_throw()
    {
        var request = Signed(Now);

        Assert.Equal(SigV4FaultKind.Incomplete, Check(request with { RawQuery = "a=%zz" })?.Kind);
    }

    [Fact]
    public void What_is_signed_verifies_and_any_other_request_does_not() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 8].Array[0, 4], Gen.String.Array[0, 4], Gen.Byte.Array[0, 64], Gen.Bool)
            .Sample((segments, values, body, s3) =>
            {
                var service = s3 ? "s3" : "iam";
                var path = "/" + string.Join('/', segments);
                var query = string.Join('&', values.Select((value, i) => $"k{i}={UriText.Encode(value)}"));
                var hash = SigV4.HashPayload(body);
                var request = Plain(("Host", "h"), ("X-Amz-Date", SigV4.FormatTime(Now)), ("x-amz-content-sha256", hash)) with
                {
                    RawPath = path,
                    RawQuery = query,
                    PayloadHash = hash,
                };
                var signed = SigV4.Sign(request, Keys, "r", service, Now);
                var sent = request with { Headers = [.. request.Headers, new("Authorization", signed.Authorization)] };
                return Check(sent) is null
                    && Check(sent with { RawPath = path + "/more" })?.Kind == SigV4FaultKind.Mismatch
                    && Check(sent with { RawQuery = query + "&more=1" })?.Kind == SigV4FaultKind.Mismatch
                    && Check(sent with { PayloadHash = SigV4.HashPayload([.. body, 1]) })?.Kind == SigV4FaultKind.Mismatch;
            });

    private static SigV4Fault? Check(SigV4Request request) =>
        SigV4Verification.TryReadClaim(request, out var claim, out var fault) && claim is not null
            ? SigV4Verification.Verify(request, claim, Secret, Now, SigV4Verification.SkewMax)
            : fault;

    private static SigV4Request Signed(DateTimeOffset time)
    {
        var request = Plain(("Host", "h"), ("X-Amz-Date", SigV4.FormatTime(time)));
        var signed = SigV4.Sign(request, Keys, "us-east-1", "sts", time);
        return request with { Headers = [.. request.Headers, new("Authorization", signed.Authorization)] };
    }

    private static SigV4Request Plain(params (string Name, string Value)[] headers) => new()
    {
        Method = "GET",
        RawPath = "/",
        Headers = [.. headers.Select(header => KeyValuePair.Create(header.Name, header.Value))],
        PayloadHash = SigV4Request.EmptyPayloadHash,
    };
}
