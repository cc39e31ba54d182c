using System.Globalization;
using System.Text;
using System.Text.Json;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Signing;

namespace Coffer.Aws.Tests.Signing;

/// <summary>AWS's own test suite, as data.</summary>
public sealed class VectorTests
{
    private const int Count = 38;

    [Fact]
    public void Every_vector_is_signed_as_published_in_both_forms()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Signing", "sigv4-vectors.json")));
        var run = 0;
        foreach (var vector in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var given = Vector.Of(vector);
            var signed = SigV4.Sign(given.Headers, given.Credentials, "us-east-1", "service", given.Time, given.Rule);
            Assert.Equal((given.Name, Text(vector, "canonical")), (given.Name, signed.CanonicalRequest));
            Assert.Equal((given.Name, Text(vector, "stringToSign")), (given.Name, signed.StringToSign));
            Assert.Equal((given.Name, Text(vector, "signature")), (given.Name, signed.Signature));

            var query = SigV4.Presign(
                given.Plain, given.Credentials, "us-east-1", "service", given.Time, TimeSpan.FromHours(1), given.Rule, given.SignToken);
            Assert.EndsWith($"&X-Amz-Signature={Text(vector, "querySignature")}", query, StringComparison.Ordinal);
            Verify(given, signed, query);
            run++;
        }

        Assert.Equal(Count, run);
    }

    /// <summary>The verifier reads its own signer's work back, where the vector follows the rule that the service name implies.</summary>
    private static void Verify(Vector given, SigV4Signed signed, string query)
    {
        if (given.Rule != SigV4PathRule.Standard || !given.SignToken)
        {
            return;
        }

        var header = given.Headers with { Headers = [.. given.Headers.Headers, new("Authorization", signed.Authorization)] };
        foreach (var request in new[] { header, given.Plain with { RawQuery = query } })
        {
            Assert.True(SigV4Verification.TryReadClaim(request, out var claim, out var fault), fault?.Message);
            Assert.NotNull(claim);
            Assert.Null(SigV4Verification.Verify(
                request, claim, given.Credentials.SecretAccessKey, given.Time.AddMinutes(14), SigV4Verification.SkewMax));
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private sealed record Vector(
        string Name, AwsCredentials Credentials, DateTimeOffset Time, SigV4PathRule Rule, bool SignToken, SigV4Request Plain, SigV4Request Headers)
    {
        public static Vector Of(JsonElement vector)
        {
            var context = vector.GetProperty("context");
            var keys = context.GetProperty("credentials");
            var token = keys.TryGetProperty("token", out var text) ? text.GetString() : null;
            var omitted = context.TryGetProperty("omit_session_token", out var omit) && omit.GetBoolean();
            var signsBody = context.GetProperty("sign_body").GetBoolean();
            var time = DateTimeOffset.Parse(Text(context, "timestamp"), CultureInfo.InvariantCulture);
            var request = Read(Text(vector, "request"));
            var added = new List<KeyValuePair<string, string>>(request.Headers) { new("X-Amz-Date", SigV4.FormatTime(time)) };
            if (token is not null && !omitted)
            {
                added.Add(new("X-Amz-Security-Token", token));
            }

            if (signsBody)
            {
                added.Add(new("x-amz-content-sha256", request.PayloadHash));
            }

            return new Vector(
                Text(vector, "name"), new AwsCredentials(Text(keys, "access_key_id"), Text(keys, "secret_access_key"), token), time,
                context.GetProperty("normalize").GetBoolean() ? SigV4PathRule.Standard : SigV4PathRule.Unnormalised, !omitted, request,
                request with { Headers = added });
        }

        private static SigV4Request Read(string text)
        {
            var lines = text.Split('\n');
            var first = lines[0];
            var target = first[(first.IndexOf(' ', StringComparison.Ordinal) + 1)..first.LastIndexOf(' ')];
            var mark = target.IndexOf('?', StringComparison.Ordinal);
            var headers = new List<KeyValuePair<string, string>>();
            var at = 1;
            for (; at < lines.Length && lines[at].Length > 0; at++)
            {
                if (char.IsWhiteSpace(lines[at][0]))
                {
                    headers[^1] = new(headers[^1].Key, headers[^1].Value + "\n" + lines[at]);
                    continue;
                }

                var colon = lines[at].IndexOf(':', StringComparison.Ordinal);
                headers.Add(new(lines[at][..colon], lines[at][(colon + 1)..]));
            }

            var body = at < lines.Length ? string.Join('\n', lines[(at + 1)..]) : "";
            return new SigV4Request
            {
                Method = first[..first.IndexOf(' ', StringComparison.Ordinal)],
                RawPath = mark < 0 ? target : target[..mark],
                RawQuery = mark < 0 ? "" : target[(mark + 1)..],
                Headers = headers,
                PayloadHash = SigV4.HashPayload(Encoding.UTF8.GetBytes(body)),
            };
        }
    }
}
