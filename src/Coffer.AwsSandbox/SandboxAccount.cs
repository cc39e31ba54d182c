using System.Globalization;
using System.Net;
using Coffer.Aws.Connection;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Control;
using Coffer.AwsSandbox.Faults;
using Coffer.AwsSandbox.Iam;
using Coffer.AwsSandbox.Journal;
using Coffer.AwsSandbox.S3;
using Coffer.AwsSandbox.Settings;
using Coffer.AwsSandbox.Sts;
using Coffer.AwsSandbox.Visits;
using Coffer.AwsSandbox.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coffer.AwsSandbox;

/// <summary>A local AWS account: IAM, STS and a little S3 on the real wire protocol, at one loopback address.</summary>
/// <remarks>
/// Signatures and policies count. What it cannot do it refuses with NotImplemented or InvalidAction; it never pretends. State is in
/// memory and ends with the sandbox. Besides AWS's own calls it answers at <c>/_sandbox/</c>; see <see cref="ControlEndpoints"/>.
/// </remarks>
public sealed class SandboxAccount : IAsyncDisposable
{
    private const long BodyBytesMax = 64 * 1024 * 1024;

    private readonly SandboxOptions _options;
    private readonly SandboxState _state;
    private readonly Dispatcher _dispatcher;
    private readonly ControlEndpoints _control;
    private WebApplication? _host;

    private SandboxAccount(SandboxOptions options)
    {
        _options = options;
        var account = new Account(options);
        var store = new S3Store(options.S3BytesMax);
        _state = new SandboxState(account, store, new SandboxFaults(options.Clock), new SandboxJournal(options.JournalMax));
        _dispatcher = new Dispatcher(
            account, new Authenticator(account, options.ClockSkewMax), Faults, Journal, options.Clock,
            [IamTable.Service(), StsTable.Service(), new S3Service(store)]);
        _control = new ControlEndpoints(_state);
        Url = new Uri("http://127.0.0.1/");
    }

    /// <summary>Where it listens: the endpoint of all three services.</summary>
    public Uri Url { get; private set; }

    /// <summary>What goes wrong on purpose.</summary>
    public SandboxFaults Faults => _state.Faults;

    /// <summary>The calls so far.</summary>
    public SandboxJournal Journal => _state.Journal;

    public string AccountId => _options.AccountId;

    /// <summary>Starts a sandbox. <see cref="ArgumentException"/> names what is wrong with the options; <see cref="IOException"/> a taken port.</summary>
    public static async Task<SandboxAccount> StartAsync(SandboxOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new SandboxOptions();
        var problems = string.Join("; ", options.Problems());
        if (problems.Length > 0)
        {
            throw new ArgumentException(problems, nameof(options));
        }

        var sandbox = new SandboxAccount(options);
        try
        {
            await sandbox.ListenAsync(cancellation).ConfigureAwait(false);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The key pair that exists from the start and may do everything. It opens nothing but this account.</summary>
    public (string KeyId, string Secret) AdminKey => (_options.Bootstrap.AccessKeyId, _options.Bootstrap.SecretAccessKey);

    /// <summary>A look at the account from outside, with <see cref="AdminKey"/>.</summary>
    /// <param name="clock">Signing time; null for the account's own clock.</param>
    public AwsProbe Probe(TimeProvider? clock = null) => new(Url, AdminKey.KeyId, AdminKey.Secret, clock ?? _options.Clock);

    /// <summary>Options that make a connection speak to this sandbox with the bootstrap key.</summary>
    public AwsConnectionOptions ConnectionOptions() => new()
    {
        AccessKey = _options.Bootstrap.AccessKeyId,
        SecretKey = _options.Bootstrap.SecretAccessKey,
        Region = "us-east-1",
        IamEndpoint = Url.AbsoluteUri,
        StsEndpoint = Url.AbsoluteUri,
    };

    /// <summary>Back to the beginning: empty account, empty journal, no faults. Secrets given out before are worthless.</summary>
    public void Reset() => _state.Reset();

    /// <summary>
    /// Makes a call of IAM or STS as the account's root, without HTTP, signature, journal or faults: for preparing a test. The answer's XML;
    /// <see cref="InvalidOperationException"/> with AWS's code when it is refused.
    /// </summary>
    public string Call(string service, string action, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            given[name] = value;
        }

        return _dispatcher.CallAsRoot(service, action, given);
    }

    /// <summary>The account as JSON, without secrets: users, their keys and policies, groups, roles, sessions, buckets.</summary>
    public string Dump() => _state.Dump();

    public async ValueTask DisposeAsync()
    {
        if (_host is { } host)
        {
            _host = null;

            // Calls that hang on purpose would keep a polite stop waiting.
            using var now = new CancellationTokenSource();
            await now.CancelAsync().ConfigureAwait(false);
            try
            {
                await host.StopAsync(now.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The stop was told not to wait.
            }

            await host.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, _options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _host = builder.Build();
        ((IApplicationBuilder)_host).Run(HandleAsync);
        await _host.StartAsync(cancellation).ConfigureAwait(false);
        Url = new Uri(_host.Urls.First().TrimEnd('/') + "/");
    }

    private async Task HandleAsync(HttpContext http)
    {
        WireRequest request;
        try
        {
            request = await WireRequest.ReadAsync(http).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException large) when (large.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            request = WireRequest.WithoutBody(http);
            await SendAsync(http, request, _dispatcher.TooLarge(request, BodyBytesMax)).ConfigureAwait(false);
            return;
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            http.Abort();
            return;
        }

        var reply = _control.Answer(request) ?? await _dispatcher.AnswerAsync(request, http.RequestAborted).ConfigureAwait(false);
        if (reply is null)
        {
            http.Abort();
            return;
        }

        await SendAsync(http, request, reply).ConfigureAwait(false);
    }

    private async Task SendAsync(HttpContext http, WireRequest request, WireReply reply)
    {
        var response = http.Response;
        response.StatusCode = reply.Status;
        response.Headers.Date = _options.Clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        foreach (var (name, value) in reply.Headers)
        {
            response.Headers.Append(name, value);
        }

        if (reply.ContentType.Length > 0)
        {
            response.ContentType = reply.ContentType;
        }

        if (reply.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            response.ContentLength = reply.ContentLength ?? reply.Body.Length;
            if (request.Method != "HEAD")
            {
                foreach (var part in reply.Body)
                {
                    await response.Body.WriteAsync(part, http.RequestAborted).ConfigureAwait(false);
                }
            }
        }
    }
}
