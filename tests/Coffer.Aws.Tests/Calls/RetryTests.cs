using System.Net;
using System.Text;
using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Aws.Tests.Calls;

public sealed class RetryTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly Scripted _handler = new();
    private readonly HttpClient _http;

    public RetryTests() => _http = new HttpClient(_handler);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    [Theory]
    [InlineData(400, "Throttling", AwsErrorKind.Throttled, 4)]
    [InlineData(429, "Whatever", AwsErrorKind.Throttled, 4)]
    [InlineData(400, "RequestLimitExceeded", AwsErrorKind.Throttled, 4)]
    [InlineData(500, "ServiceFailure", AwsErrorKind.Server, 4)]
    [InlineData(503, "Mystery", AwsErrorKind.Server, 4)]
    [InlineData(409, "ConcurrentModification", AwsErrorKind.Conflict, 4)]
    [InlineData(409, "EntityAlreadyExists", AwsErrorKind.Conflict, 1)]
    [InlineData(409, "DeleteConflict", AwsErrorKind.Conflict, 1)]
    [InlineData(409, "LimitExceeded", AwsErrorKind.LimitExceeded, 1)]
    [InlineData(404, "NoSuchEntity", AwsErrorKind.NotFound, 1)]
    [InlineData(404, "NoSuchEntityException", AwsErrorKind.NotFound, 1)]
    [InlineData(403, "AccessDenied", AwsErrorKind.AccessDenied, 1)]
    [InlineData(403, "InvalidClientTokenId", AwsErrorKind.AccessDenied, 1)]
    [InlineData(400, "ExpiredTokenException", AwsErrorKind.AccessDenied, 1)]
    [InlineData(400, "MalformedPolicyDocument", AwsErrorKind.InvalidInput, 1)]
    [InlineData(400, "ValidationError", AwsErrorKind.InvalidInput, 1)]
    public async Task Each_error_has_its_kind_and_only_passing_ones_are_repeated(int status, string code, AwsErrorKind kind, int attempts)
    {
        _handler.Always = () => Error(status, code);

        var error = await Assert.ThrowsAsync<AwsException>(() => Drive(Client(retries: 3).DeleteUserAsync("u", Cancel).AsTask()));

        Assert.Equal((kind, code, attempts), (error.Kind, error.Code, _handler.Attempts));
    }

    [Fact]
    public async Task A_call_succeeds_once_throttling_ends_and_pauses_grow_to_a_cap()
    {
        var delays = new List<TimeSpan>();
        var options = new AwsCallOptions { FirstDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(20), Jitter = () => 1 };
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            delays.Add(options.DelayBefore(attempt, throttled: true));
        }

        Assert.Equal([5, 10, 20, 20, 20], delays.Select(delay => delay.TotalSeconds));
        Assert.Equal(0.5, (options with { Jitter = () => 0.5 }).DelayBefore(1, throttled: false).TotalSeconds);

        var left = 2;
        _handler.Always = () => left-- > 0 ? Error(400, "Throttling") : Success("DeleteUser");
        await Drive(Client(retries: 3).DeleteUserAsync("u", Cancel).AsTask());
        Assert.Equal(3, _handler.Attempts);
    }

    [Fact]
    public async Task Making_a_key_is_not_repeated_when_the_outcome_is_unknown()
    {
        _handler.Always = () => Error(500, "ServiceFailure");
        var error = await Assert.ThrowsAsync<AwsException>(() => Drive(Client(retries: 3).CreateAccessKeyAsync("u", Cancel).AsTask()));
        Assert.True(error.OutcomeUnknown);
        Assert.Equal(1, _handler.Attempts);

        _handler.Always = () => Error(400, "Throttling");
        error = await Assert.ThrowsAsync<AwsException>(() => Drive(Client(retries: 3).CreateAccessKeyAsync("u", Cancel).AsTask()));
        Assert.False(error.OutcomeUnknown);
        Assert.Equal(5, _handler.Attempts);
    }

    [Fact]
    public async Task A_broken_connection_is_a_network_error()
    {
        _handler.Always = () => throw new HttpRequestException("connection refused");

        var error = await Assert.ThrowsAsync<AwsException>(() => Drive(Client(retries: 1).GetUserAsync("u", Cancel).AsTask()));

        Assert.Equal((AwsErrorKind.Network, "NetworkError", true, 2), (error.Kind, error.Code, error.OutcomeUnknown, _handler.Attempts));
    }

    [Fact]
    public async Task An_attempt_without_answer_times_out_by_the_given_clock()
    {
        _handler.Hangs = true;
        var call = Client(retries: 0).GetUserAsync("u", Cancel).AsTask();
        await _handler.Arrived.Task.WaitAsync(Cancel);

        _clock.Advance(TimeSpan.FromSeconds(15));

        var error = await Assert.ThrowsAsync<AwsException>(() => call);
        Assert.Equal((AwsErrorKind.Network, "Timeout"), (error.Kind, error.Code));
    }

    [Fact]
    public async Task The_callers_cancellation_is_passed_on_as_such()
    {
        _handler.Hangs = true;
        using var source = new CancellationTokenSource();
        var call = Client(retries: 3).GetUserAsync("u", source.Token).AsTask();
        await _handler.Arrived.Task.WaitAsync(Cancel);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    public async Task A_call_without_answer_ends_within_its_time_however_often_it_may_be_repeated(int retries)
    {
        _handler.Hangs = true;
        var start = _clock.GetUtcNow();

        var error = await Assert.ThrowsAsync<AwsException>(() => Drive(Client(retries).DeleteUserAsync("u", Cancel).AsTask()));

        Assert.Equal("Timeout", error.Code);
        Assert.InRange(_handler.Attempts, 2, 3);
        Assert.InRange(_clock.GetUtcNow() - start, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(46));
    }

    public static TheoryData<string, bool> Outcomes => new()
    {
        { "answered with an error", false },
        { "answered with a failure of the server", true },
        { "an answer that is no XML", true },
        { "connection refused", false },
        { "name not found", false },
        { "TLS failed", false },
        { "connection lost", true },
        { "answer cut off", true },
        { "hangs", true },
        { "cancelled", true },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task What_was_sent_and_may_still_be_carried_out_is_reported_and_nothing_else(string outcome, bool unanswered)
    {
        using var source = new CancellationTokenSource();
        _handler.Hangs = outcome is "hangs" or "cancelled";
        _handler.Always = () => outcome switch
        {
            "answered with an error" => Error(403, "AccessDenied"),
            "answered with a failure of the server" => Error(500, "ServiceFailure"),
            "an answer that is no XML" => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("no") },
            "connection refused" => throw new HttpRequestException(HttpRequestError.ConnectionError),
            "name not found" => throw new HttpRequestException(HttpRequestError.NameResolutionError),
            "TLS failed" => throw new HttpRequestException(HttpRequestError.SecureConnectionError),
            "answer cut off" => throw new IOException("reset"),
            _ => throw new HttpRequestException(HttpRequestError.ResponseEnded),
        };
        var reports = 0;
        var call = Client(retries: 0, () => reports++).DeleteUserAsync("u", source.Token).AsTask();
        await _handler.Arrived.Task.WaitAsync(Cancel);
        if (outcome == "cancelled")
        {
            await source.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<Exception>(() => Drive(call));

        Assert.Equal(unanswered ? 1 : 0, reports);
    }

    [Theory]
    [InlineData("not xml at all")]
    [InlineData("<GetUserResponse><GetUserResult/></GetUserResponse>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>")]
    public async Task An_answer_that_is_not_what_was_asked_for_is_an_error_of_unknown_kind(string body)
    {
        _handler.Always = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) };

        var error = await Assert.ThrowsAsync<AwsException>(() => Client(retries: 0).GetUserAsync("u", Cancel).AsTask());

        Assert.Equal((AwsErrorKind.Unknown, "UnreadableAnswer"), (error.Kind, error.Code));
    }

    [Theory]
    [InlineData("<a>", 400_000)]
    [InlineData("<a>", XmlRead.DepthMax + 2)]
    [InlineData("<a b='c'>", 400_000)]
    [InlineData("<n:a xmlns:n='x'>", 300_000)]
    [InlineData("<a/>", XmlRead.NodesMax + 1)]
    public async Task An_answer_of_too_many_levels_or_nodes_is_no_answer_whatever_its_status(string element, int count)
    {
        var isDeep = !element.EndsWith("/>", StringComparison.Ordinal);
        var name = element.Split(' ', '>')[0][1..];
        var body = "<r>" + string.Concat(Enumerable.Repeat(element, count)) + (isDeep ? string.Concat(Enumerable.Repeat($"</{name}>", count)) : "") + "</r>";
        foreach (var status in (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.InternalServerError])
        {
            _handler.Always = () => new HttpResponseMessage(status) { Content = new StringContent(body) };

            var error = await Assert.ThrowsAsync<AwsException>(() => Client(retries: 0).GetUserAsync("u", Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel));

            Assert.Equal(status == HttpStatusCode.OK ? "UnreadableAnswer" : $"Http{(int)status}", error.Code);
        }
    }

    [Fact]
    public void A_call_that_was_ended_reads_no_further()
    {
        using var ended = new CancellationTokenSource();
        ended.Cancel();

        Assert.Throws<OperationCanceledException>(() => XmlRead.Parse("<a/>"u8.ToArray(), ended.Token));
    }

    [Theory]
    [InlineData(301, "https://elsewhere.test/")]
    [InlineData(302, "http://iam.test/other")]
    [InlineData(307, "http://169.254.169.254/")]
    [InlineData(308, "gopher://elsewhere.test/")]
    [InlineData(303, "//elsewhere.test")]
    [InlineData(300, null)]
    [InlineData(304, null)]
    public async Task A_redirect_is_not_followed_and_says_what_to_configure(int status, string? location)
    {
        _handler.Always = () =>
        {
            var reply = new HttpResponseMessage((HttpStatusCode)status);
            reply.Headers.TryAddWithoutValidation("Location", location ?? "");
            return reply;
        };

        var error = await Assert.ThrowsAsync<AwsException>(() => Client(retries: 3).CreateAccessKeyAsync("u", Cancel).AsTask());

        Assert.Equal((1, $"Http{status}", true), (_handler.Attempts, error.Code, error.OutcomeUnknown));
        Assert.Contains("configure the endpoint", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_never_ends_is_given_up()
    {
        var page = 0;
        _handler.Always = () => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(
                $"<x><ListUserPoliciesResult><IsTruncated>true</IsTruncated><Marker>{++page}</Marker></ListUserPoliciesResult></x>"),
        };

        var error = await Assert.ThrowsAsync<AwsException>(() => Client(retries: 0).ListUserPoliciesAsync("u", Cancel).AsTask());

        Assert.Equal("iam:ListUserPolicies: UnreadableAnswer: the list has more than 100 pages", error.Message);
        Assert.Equal(100, _handler.Attempts);
    }

    [Fact]
    public async Task What_an_error_says_is_cut_and_without_control_characters()
    {
        _handler.Always = () => new HttpResponseMessage(HttpStatusCode.BadRequest)
        {
            Content = new StringContent(
                $"<ErrorResponse><Error><Code>{new string('c', 5000)}</Code><Message>a\u009b31m\tb\nc{new string('m', 100_000)}</Message></Error>"
                    + $"<RequestId>{new string('r', 5000)}</RequestId></ErrorResponse>"),
        };

        var error = await Assert.ThrowsAsync<AwsException>(() => Client(retries: 0).GetUserAsync("u", Cancel).AsTask());

        Assert.Equal((128, 2000, 128), (error.Code.Length, error.Detail.Length, error.RequestId!.Length));
        Assert.StartsWith("a 31m b\ncm", error.Detail, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 2000, 2200);
    }

    [Fact]
    public async Task No_secret_is_in_an_error()
    {
        _handler.Always = () => Error(403, "SignatureDoesNotMatch");

        var error = await Assert.ThrowsAsync<AwsException>(() => Client(retries: 0).GetUserAsync("u", Cancel).AsTask());

        Assert.DoesNotContain("SECRETSECRET", error.ToString(), StringComparison.Ordinal);
    }

    private IamClient Client(int retries, Action? onUnanswered = null) => new(
        _http, new Uri("http://iam.test/"), "us-east-1", new StaticCredentialSource(new AwsCredentials("AKID", "SECRETSECRET")),
        new AwsCallOptions { MaxRetries = retries, Jitter = () => 1, OnUnanswered = onUnanswered ?? (() => { }) }, _clock);

    /// <summary>Lets virtual time pass until the call has ended.</summary>
    private async Task Drive(Task call)
    {
        while (!call.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));

            // On a busy machine what is due now needs real time to happen: virtual time that ran ahead would be time that the call seems to take.
            var attempts = _handler.Attempts;
            for (var look = 0; look < 20 && !call.IsCompleted && _handler.Attempts == attempts; look++)
            {
                await Task.Delay(1, Cancel);
            }
        }

        await call;
    }

    private static HttpResponseMessage Error(int status, string code) => new((HttpStatusCode)status)
    {
        Content = new StringContent(
            $"<ErrorResponse><Error><Code>{code}</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>", Encoding.UTF8, "text/xml"),
    };

    private static HttpResponseMessage Success(string operation) => new(HttpStatusCode.OK)
    {
        Content = new StringContent($"<{operation}Response><ResponseMetadata/></{operation}Response>", Encoding.UTF8, "text/xml"),
    };

    private sealed class Scripted : HttpMessageHandler
    {
        public Func<HttpResponseMessage> Always { get; set; } = () => throw new InvalidOperationException("no answer was set");

        public bool Hangs { get; set; }

        public int Attempts { get; private set; }

        public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Attempts++;
            Arrived.TrySetResult();
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return Always();
        }
    }
}
