using System.Text;
using System.Text.Json;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Signing;

namespace Coffer.Aws.Peers.Tests;

public sealed class SignerTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static readonly string[] Urls =
    [
        "https://example.amazonaws.com/",
        "https://example.amazonaws.com/?b=2&a=1&a=0&empty=&sp%20ace=%2F~-_.",
        "https://example.amazonaws.com:8443/one/two%20words/%E1%88%B4?x=%2B%20%26",
        "https://example.amazonaws.com/a//b/./c/../d/",
        "https://example.amazonaws.com/dir/key%2Bplus%3D?prefix=a%2Fb&list-type=2",
    ];

    [Fact]
    public async Task Requests_signed_by_botocore_verify_and_fail_once_changed()
    {
        await Peer.NeedBoto();
        var cases = new List<Dictionary<string, object?>>();
        foreach (var url in Urls)
        {
            foreach (var form in new[] { "header", "query", "s3", "s3-query" })
            {
                foreach (var token in new[] { null, "AQoDYXdzEPT//////////wEXAMPLE/token+with=signs" })
                {
                    cases.Add(Case(url, form, form == "header" ? "POST" : "GET", form == "header" ? "Action=GetUser&Version=2010-05-08" : "", token));
                }
            }
        }

        using var answers = JsonDocument.Parse(await Peer.Run("python3", ToJson(cases), Peer.Script("sign.py")));
        var verified = 0;
        foreach (var (given, signed) in cases.Zip(answers.RootElement.EnumerateArray()))
        {
            Verify(given, signed);
            verified++;
        }

        Assert.Equal(40, verified);
    }

    private static void Verify(Dictionary<string, object?> given, JsonElement signed)
    {
        var s3 = ((string)given["form"]!).StartsWith("s3", StringComparison.Ordinal);
        var request = Request(given, signed, s3 && ((string)given["form"]!).EndsWith("query", StringComparison.Ordinal));
        Assert.True(SigV4Verification.TryReadClaim(request, out var claim, out var fault), fault?.Message);
        Assert.NotNull(claim);
        var now = claim.SignedAt.AddMinutes(1);
        Assert.Equal(given["token"], claim.SessionToken);
        var name = $"{given["form"]} {given["url"]}";
        Assert.True(SigV4Verification.Verify(request, claim, Secret, now, SigV4Verification.SkewMax) is null, name);

        SigV4Fault? Changed(SigV4Request changed) => SigV4Verification.Verify(changed, claim, Secret, now, SigV4Verification.SkewMax);
        Assert.Equal(SigV4FaultKind.Mismatch, Changed(request with { Method = "PUT" })?.Kind);
        Assert.Equal(SigV4FaultKind.Mismatch, Changed(request with { RawPath = request.RawPath + "x" })?.Kind);
        Assert.Equal(SigV4FaultKind.Mismatch, Changed(request with { RawQuery = request.RawQuery + "&x=1" })?.Kind);
        Assert.Equal(SigV4FaultKind.Mismatch, Changed(request with { PayloadHash = SigV4.HashPayload("x"u8) })?.Kind);
        Assert.Equal(SigV4FaultKind.Mismatch, SigV4Verification.Verify(request, claim, Secret + "x", now, SigV4Verification.SkewMax)?.Kind);
    }

    private static SigV4Request Request(Dictionary<string, object?> given, JsonElement signed, bool unsigned)
    {
        var url = signed.GetProperty("url").GetString() ?? "";
        var path = url[url.IndexOf('/', "https://".Length)..];
        var mark = path.IndexOf('?', StringComparison.Ordinal);
        var authority = url["https://".Length..url.IndexOf('/', "https://".Length)];
        var headers = signed.GetProperty("headers").EnumerateObject()
            .Select(header => KeyValuePair.Create(header.Name, header.Value.GetString() ?? "")).ToList();
        headers.Add(new("Host", authority));
        return new SigV4Request
        {
            Method = (string)given["method"]!,
            RawPath = mark < 0 ? path : path[..mark],
            RawQuery = mark < 0 ? "" : path[(mark + 1)..],
            Headers = headers,
            PayloadHash = unsigned ? SigV4Request.UnsignedPayload : SigV4.HashPayload(Encoding.UTF8.GetBytes((string)given["body"]!)),
        };
    }

    private static Dictionary<string, object?> Case(string url, string form, string method, string body, string? token) => new()
    {
        ["url"] = url,
        ["form"] = form,
        ["method"] = method,
        ["body"] = body,
        ["token"] = token,
        ["service"] = form.StartsWith("s3", StringComparison.Ordinal) ? "s3" : "iam",
        ["region"] = "eu-central-1",
        ["headers"] = new Dictionary<string, string> { ["X-Custom"] = "  two   blanks  " },
    };

    private static string ToJson(List<Dictionary<string, object?>> cases) => JsonSerializer.Serialize(cases);
}
