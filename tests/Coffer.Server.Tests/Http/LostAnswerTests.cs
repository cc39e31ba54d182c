using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Faults;
using Coffer.AwsSandbox.Settings;
using Coffer.Kernel.Logging;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Coffer.Server.Http.Answers;
using Coffer.Server.Http.Bodies;
using Coffer.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.Server.Tests.Http;

/// <summary>Answers that reach nobody: what was made for one alone is ended, and what was there before stays.</summary>
public sealed class LostAnswerTests : IAsyncLifetime
{
    private static readonly string[] Ways = ["gone before the answer", "reset during the answer", "takes nothing", "takes it too slowly"];

    private static readonly string[] Answers = ["lease", "token", "login", "wrapped value", "wrapped lease", "unwrapped lease"];

    private readonly LogCollection _events = new();
    private readonly ListenerOptions _options = new() { Address = ReservedPort.ForThisProcess(), Times = new ListenerTimes { Write = TimeSpan.FromMilliseconds(200) } };
    private SandboxAccount? _aws;
    private CofferServer? _server;

    public static TheoryData<string, string> Losses
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var way in Ways)
            {
                foreach (var answer in Answers)
                {
                    data.Add(answer, way);
                }
            }

            return data;
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SandboxAccount Aws => _aws!;

    public async ValueTask InitializeAsync()
    {
        _aws = await SandboxAccount.StartAsync(new SandboxOptions(), Cancel);
        _server = await CofferServer.StartAsync(
            new ServerOptions { Storage = StorageOptions.InMemory, Listeners = [_options] }, TimeProvider.System, SystemRandom.Instance, Cancel);
        await _server.OpenAsync(mount: null, Cancel);
        var admin = Aws.AdminKey;
        await SendAsync("PUT", "sys/mounts/aws", """{"type":"aws"}""");
        await SendAsync("PUT", "aws/config/root", $$"""{"access_key":"{{admin.KeyId}}","secret_key":"{{admin.Secret}}","region":"us-east-1","iam_endpoint":"{{Aws.Url}}","sts_endpoint":"{{Aws.Url}}"}""");
        await SendAsync("PUT", "aws/roles/r", """{"credential_type":"iam_user","user_path":"/lost/","policy_document":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"}""");
        await SendAsync("PUT", "sys/auth/userpass", """{"type":"userpass"}""");
        await SendAsync("PUT", "auth/userpass/users/kim", """{"password":"of kim and nobody else"}""");
        await SendAsync("PUT", "secret/a", """{"v":"1"}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await Aws.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task What_was_made_for_an_answer_that_reaches_nobody_is_ended(string answer, string way)
    {
        var wrapped = answer == "unwrapped lease" ? (string)(await SendAsync("GET", "aws/creds/r", wrap: "5m"))["wrap_info"]!["token"]! : "";
        var before = await AccessorsAsync();
        var (method, path, body, wrap) = answer switch
        {
            "lease" => ("GET", "aws/creds/r", "", ""),
            "token" => ("PUT", "auth/token/create", """{"ttl":"1h"}""", ""),
            "login" => ("PUT", "auth/userpass/login/kim", """{"password":"of kim and nobody else"}""", ""),
            "wrapped value" => ("GET", "secret/a", "", "5m"),
            "wrapped lease" => ("GET", "aws/creds/r", "", "5m"),
            _ => ("PUT", "sys/wrapping/unwrap", $$"""{"token":"{{wrapped}}"}""", ""),
        };

        await LoseAsync(way, method, path, body, wrap);

        // The token goes at once; the secret when the janitor has taken it away.
        Assert.Empty((await AccessorsAsync()).Except(before));
        await UntilAsync(() => Task.FromResult(Users() == 0));
        Assert.Equal(answer.EndsWith("lease", StringComparison.Ordinal), Aws.Journal.Read(0).Any(call => call.Action == "CreateAccessKey"));
    }

    [Theory]
    [MemberData(nameof(WaysAlone))]
    public async Task What_was_there_before_stays_when_an_answer_about_it_is_lost(string way)
    {
        var lease = (string)(await SendAsync("GET", "aws/creds/r"))["lease_id"]!;
        var token = (string)(await SendAsync("PUT", "auth/token/create", """{"ttl":"1h"}"""))["auth"]!["client_token"]!;

        await LoseAsync(way, "PUT", "sys/leases/renew", $$"""{"lease_id":"{{lease}}"}""");
        await LoseAsync(way, "PUT", "auth/token/renew", $$"""{"token":"{{token}}"}""");
        await LoseAsync(way, "PUT", "sys/leases/lookup", $$"""{"lease_id":"{{lease}}"}""");

        Assert.Equal("active", (string)(await SendAsync("PUT", "sys/leases/lookup", $$"""{"lease_id":"{{lease}}"}"""))["data"]!["state"]!);
        await SendAsync("PUT", "auth/token/lookup", $$"""{"token":"{{token}}"}""");
    }

    public static TheoryData<string> WaysAlone => [.. Ways];

    [Fact]
    public async Task A_credential_that_takes_longer_than_the_request_may_is_answered_with_503_and_ended()
    {
        Aws.Faults.Add(new SandboxFault { Action = "PutUserPolicy", Kind = SandboxFaultKind.Hang });
        var reply = new Response();

        await RunAsync(reply, "GET", "aws/creds/r", options: _options with { Times = new ListenerTimes { Request = TimeSpan.FromMilliseconds(400) } });

        Assert.Equal(503, reply.StatusCode);
        Assert.Contains("max_request_duration", reply.Text, StringComparison.Ordinal);
        await UntilAsync(() => Task.FromResult(Users() == 0));
        Assert.DoesNotContain(Aws.Journal.Read(0), call => call.Action == "CreateAccessKey");
    }

    [Fact]
    public async Task A_client_that_goes_away_while_its_credential_is_made_ends_the_making()
    {
        Aws.Faults.Add(new SandboxFault { Action = "PutUserPolicy", Kind = SandboxFaultKind.Hang });
        using var gone = new CancellationTokenSource();
        var run = RunAsync(new Response(), "GET", "aws/creds/r", gone: gone);
        await UntilAsync(() => Task.FromResult(Aws.Faults.Pending().Count == 0));

        await gone.CancelAsync();

        await run;
        await UntilAsync(() => Task.FromResult(Users() == 0));
        Assert.DoesNotContain(Aws.Journal.Read(0), call => call.Action == "CreateAccessKey");
    }

    [Fact]
    public async Task An_answer_that_is_late_is_delivered_all_the_same()
    {
        var time = TimeSpan.FromSeconds(3);
        using var over = new CancellationTokenSource();
        var reply = new Response { BeforeAnswer = () => over.Token.WaitHandle.WaitOne() };
        over.CancelAfter(time + TimeSpan.FromMilliseconds(200));

        await RunAsync(reply, "PUT", "auth/token/create", """{"ttl":"1h"}""", options: _options with { Times = new ListenerTimes { Request = time } });

        Assert.Equal(200, reply.StatusCode);
        Assert.Contains("client_token", reply.Text, StringComparison.Ordinal);
    }

    private async Task LoseAsync(string way, string method, string path, string body = "", string wrap = "")
    {
        using var gone = new CancellationTokenSource();
        var reply = new Response();
        switch (way)
        {
            case "gone before the answer":
                reply.BeforeAnswer = gone.Cancel;
                break;
            case "reset during the answer":
                reply.OnFlush = _ => throw new ConnectionResetException("reset");
                break;
            case "takes nothing":
                reply.OnFlush = _ => ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: true));
                break;
            default:
                reply.OnFlush = async cancellation =>
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                    return default;
                };
                break;
        }

        await RunAsync(reply, method, path, body, wrap, gone: gone);
    }

    private async Task<JsonNode> SendAsync(string method, string path, string body = "", string wrap = "")
    {
        var reply = new Response();
        await RunAsync(reply, method, path, body, wrap);
        Assert.True(reply.StatusCode is 200 or 204, $"{path}: {reply.StatusCode} {reply.Text} {string.Join("; ", _events.Failures)}");
        return reply.Text.Length == 0 ? new JsonObject() : JsonNode.Parse(reply.Text)!;
    }

    private async Task RunAsync(Response reply, string method, string path, string body = "", string wrap = "", ListenerOptions? options = null, CancellationTokenSource? gone = null)
    {
        var features = new FeatureCollection();
        var request = new HttpRequestFeature { Method = method, Path = $"/v1/{path}", RawTarget = $"/v1/{path}", Protocol = "HTTP/1.1", Body = new MemoryStream(Encoding.UTF8.GetBytes(body)) };
        request.Headers["X-Vault-Token"] = "root";
        request.Headers.ContentLength = body.Length;
        if (wrap.Length > 0)
        {
            request.Headers["X-Vault-Wrap-TTL"] = wrap;
        }

        var lifetime = new HttpRequestLifetimeFeature();
        if (gone is not null)
        {
            lifetime.RequestAborted = gone.Token;
        }

        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(reply);
        features.Set<IHttpResponseBodyFeature>(reply);
        features.Set<IHttpRequestLifetimeFeature>(lifetime);
        features.Set<IRequestBodyPipeFeature>(new RequestBodyPipeFeature(new DefaultHttpContext(features)));
        var listener = options ?? _options;
        await new HttpFrontend(_server!.Kernel, new RequestReader(SystemRandom.Instance, listener, BodyBudget.For([listener.RequestBytesMax]), _server.Kernel), AnswerBudget.For([], TimeProvider.System, new MemoryReturn(TimeProvider.System, static () => { })), listener, _events.CreateLogger(LogNames.Listener)).ProcessRequestAsync(features);
    }

    private async Task<IReadOnlyList<string>> AccessorsAsync() =>
        [.. (await SendAsync("LIST", "auth/token/accessors"))["data"]!["keys"]!.AsArray().Select(key => (string)key!)];

    private int Users() => JsonNode.Parse(Aws.Dump())!["users"]!.AsArray().Count(user => ((string)user!["arn"]!).Contains(":user/lost/", StringComparison.Ordinal));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var look = 0; look < 6000; look++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(5, Cancel);
        }

        Assert.Fail("still not so after half a minute");
    }

    /// <summary>The response of a request that no connection carries.</summary>
    private sealed class Response : PipeWriter, IHttpResponseFeature, IHttpResponseBodyFeature
    {
        private readonly HeaderDictionary _headers = [];
        private readonly List<byte> _taken = [];
        private byte[] _buffer = [];

        /// <summary>Runs when the answer is there and its writing has not begun.</summary>
        public Action BeforeAnswer { get; set; } = () => { };

        public Func<CancellationToken, ValueTask<FlushResult>> OnFlush { get; set; } = _ => ValueTask.FromResult(default(FlushResult));

        /// <summary>What ended the request in a way that nobody had foreseen; null for nothing.</summary>
        public string Text => Encoding.UTF8.GetString([.. _taken]);

        public int StatusCode { get; set; } = 200;

        public string? ReasonPhrase { get; set; }

        public IHeaderDictionary Headers
        {
            get
            {
                BeforeAnswer();
                return _headers;
            }

            set => throw new NotSupportedException();
        }

        public Stream Body { get; set; } = Stream.Null;

        public bool HasStarted { get; private set; }

        public Stream Stream => Stream.Null;

        public PipeWriter Writer => this;

        public void OnStarting(Func<object, Task> callback, object state) => throw new NotSupportedException();

        public void OnCompleted(Func<object, Task> callback, object state)
        {
            // Nothing of the body has to be given back.
        }

        public void DisableBuffering() => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            HasStarted = true;
            return Task.CompletedTask;
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task CompleteAsync() => Task.CompletedTask;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer = new byte[Math.Max(sizeHint, 4096)];

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes) => _taken.AddRange(_buffer.AsSpan(0, bytes));

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => OnFlush(cancellationToken);

        public override void CancelPendingFlush() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null) => throw new NotSupportedException();
    }
}
