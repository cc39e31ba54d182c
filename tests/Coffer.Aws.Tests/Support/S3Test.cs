using System.Text;
using Coffer.Aws.Signing;

namespace Coffer.Aws.Tests.Support;

/// <summary>Sends signed requests to the sandbox's S3 as they would stand on the wire.</summary>
public abstract class S3Test : SandboxTest
{
    protected AwsCredentials Root => Options.Bootstrap;

    /// <summary>One request, signed in its header; <paramref name="headers"/> are signed too.</summary>
    protected Task<S3Reply> Ask(AwsCredentials key, string method, string path, string body = "", params (string Name, string Value)[] headers) =>
        Ask(key, method, path, Encoding.UTF8.GetBytes(body), headers);

    protected async Task<S3Reply> Ask(AwsCredentials key, string method, string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Sandbox.Url, path));
        if (body.Length > 0 || headers.Any(header => header.Name.StartsWith("Content-", StringComparison.Ordinal)))
        {
            request.Content = new ByteArrayContent(body);
        }

        var time = SigV4.FormatTime(Clock.GetUtcNow());
        List<KeyValuePair<string, string>> all =
        [
            new("X-Amz-Date", time), new("X-Amz-Content-Sha256", SigV4.HashPayload(body)),
            .. headers.Select(header => KeyValuePair.Create(header.Name, header.Value)),
        ];
        if (key.SessionToken is { } token)
        {
            all.Add(new("X-Amz-Security-Token", token));
        }

        var signed = new SigV4Request
        {
            Method = method,
            RawPath = request.RequestUri!.AbsolutePath,
            RawQuery = request.RequestUri.Query.TrimStart('?'),
            Headers = [new("Host", Sandbox.Url.Authority), .. all],
            PayloadHash = SigV4.HashPayload(body),
        };
        all.Add(new("Authorization", SigV4.Sign(signed, key, "us-east-1", "s3", Clock.GetUtcNow()).Authorization));
        foreach (var (name, value) in all)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value), name);
        }

        using var response = await Http.SendAsync(request, Cancel);
        return await S3Reply.Of(response, Cancel);
    }

    /// <summary>The same as root, which must succeed.</summary>
    protected async Task<S3Reply> Do(string method, string path, string body = "", params (string Name, string Value)[] headers)
    {
        var reply = await Ask(Root, method, path, body, headers);
        Assert.True(reply.Status is >= 200 and < 300, $"{method} {path}: {reply.Status} {reply.Body}");
        return reply;
    }

    /// <summary>A user that may do exactly these actions, each given as <c>action resource</c>.</summary>
    protected Task<AwsCredentials> UserWhoMay(string name, params string[] allowed)
    {
        var statements = allowed.Select(pair => pair.Split(' '))
            .Select(pair => $$"""{"Effect":"Allow","Action":"{{pair[0]}}","Resource":"{{pair[1]}}"}""");
        return UserWith(name, allowed.Length == 0 ? null : $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements)}}]}""");
    }
}
