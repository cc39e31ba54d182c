using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Coffer.Audit.Devices;
using Coffer.Audit.Tests;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Storage.Memory;
using Coffer.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Audit;

/// <summary>An unsealed kernel with an engine that echoes, and a folder for audit files that goes when it goes.</summary>
internal sealed class AuditServer : IAsyncDisposable
{
    private readonly MemoryStore _store = new();
    private readonly HttpClient _http = new();
    private IReadOnlyList<byte[]> _shares = [];

    private AuditServer(AuditBounds? bounds)
    {
        Bounds = bounds ?? new AuditBounds { ApiMayCreate = true, Folder = Folder.Path };
        Kernel = NewKernel();
    }

    private ServerKernel NewKernel() =>
        new(new KernelOptions
        {
            Store = _store,
            Clock = Clock,
            Random = SystemRandom.Instance,
            Engines = [new EngineType("echo", MountClass.Secret, "for tests", _ => new EchoEngine(this))],
            Outbound = () => new TestOutbound(_http),
            StorageType = "inmem",
            Version = "1.20.0",
            Audit = Bounds,
            Loggers = Events,
        });

    public TemporaryFolder Folder { get; } = new();

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public AuditBounds Bounds { get; private set; }

    public ServerKernel Kernel { get; private set; }

    public string Root { get; private set; } = "";

    /// <summary>The one key share.</summary>
    public string Share => Convert.ToBase64String(_shares[0]);

    /// <summary>How often the echo engine has run.</summary>
    public int Runs;

    /// <summary>Runs while the echo engine writes: the place to hold a request up.</summary>
    public Func<Task> During { get; set; } = () => Task.CompletedTask;

    public LogCollection Events { get; } = new();

    public IReadOnlyList<Exception> Failures => Events.Failures;

    public static async Task<AuditServer> StartAsync(AuditBounds? bounds = null)
    {
        var server = new AuditServer(bounds);
        var init = await server.Kernel.InitializeAsync(new InitRequest(1, 1), TestContext.Current.CancellationToken);
        server._shares = init!.Shares;
        server.Root = init.RootToken;
        await server.UnsealAsync();
        await server.OkAsync(Operation.Update, "sys/mounts/echo", """{"type":"echo"}""");
        return server;
    }

    public async Task UnsealAsync()
    {
        var step = await Kernel.UnsealAsync(Convert.ToBase64String(_shares[0]), TestContext.Current.CancellationToken);
        Assert.Null(step.Problem);
        Assert.False(Kernel.IsSealed);
    }

    /// <summary>Starts again on the same store, with another configuration.</summary>
    public async Task RestartAsync(AuditBounds bounds)
    {
        await Kernel.DisposeAsync();
        Bounds = bounds;
        Kernel = NewKernel();
        await UnsealAsync();
    }

    /// <summary>Enables a file device and says where its file is.</summary>
    public async Task<string> EnableAsync(string name = "main", string options = "", string? file = null)
    {
        file ??= Path.Combine(Folder.Path, name + ".log");
        await OkAsync(Operation.Update, $"sys/audit/{name}", Device(file, options));
        return file;
    }

    public static string Device(string file, string options = "") =>
        $$$"""{"type":"file","options":{"file_path":{{{JsonSerializer.Serialize(file)}}}{{{(options.Length > 0 ? "," + options : "")}}}}}""";

    public async Task<ApiReply> SendAsync(
        Operation operation, string path, string? body = null, string? token = null, TimeSpan? wrap = null, params (string Name, string Value)[] headers)
    {
        Assert.True(CanonicalPath.TryParse(path, out var canonical, out var problem), problem);
        return await Kernel.Requests.HandleAsync(
            new ApiRequest
            {
                Id = SystemRandom.Instance.Uuid(),
                Path = canonical,
                Operation = operation,
                Token = token ?? Root,
                Data = body is null ? default : JsonElement.Parse(body),
                WrapTtl = wrap,
                RemoteAddress = "192.0.2.7",
                RemotePort = 4711,
                Headers = headers.ToImmutableDictionary(header => header.Name, header => ImmutableArray.Create(header.Value)),
            },
            TestContext.Current.CancellationToken);
    }

    /// <summary>Sends what must succeed; the whole reply, or an undefined element for an empty one.</summary>
    public async Task<JsonElement> OkAsync(Operation operation, string path, string? body = null, TimeSpan? wrap = null, params (string Name, string Value)[] headers)
    {
        var reply = await SendAsync(operation, path, body, wrap: wrap, headers: headers);
        Assert.True(reply.Status is 200 or 204, $"{path}: {reply.Status} {Encoding.UTF8.GetString(reply.Body.Span)}");
        return reply.Body.IsEmpty ? default : JsonElement.Parse(reply.Body.Span);
    }

    /// <summary>Sends what must be refused with 400, and gives the message.</summary>
    public async Task<string> RefusedAsync(Operation operation, string path, string? body = null)
    {
        var reply = await SendAsync(operation, path, body);
        Assert.Equal(400, reply.Status);
        return JsonElement.Parse(reply.Body.Span).GetProperty("errors")[0].GetString()!;
    }

    public async Task<string> PublicKeyAsync() => (await OkAsync(Operation.Read, "sys/audit-key")).GetProperty("data").GetProperty("public_key").GetString()!;

    public async ValueTask DisposeAsync()
    {
        await Kernel.DisposeAsync();
        await _store.DisposeAsync();
        _http.Dispose();
        Folder.Dispose();
    }

    /// <summary>Stores what is written, answers it when it is read, and counts its runs.</summary>
    private sealed class EchoEngine(AuditServer server) : IEngine
    {
        public ImmutableArray<EnginePath> Paths =>
        [
            new("{path...}", "Echoes.")
            {
                TakesAnyInput = true,
                Write = async (request, ct) =>
                {
                    Interlocked.Increment(ref server.Runs);
                    await server.During().WaitAsync(ct);
                    request.Storage.Put(request.Param("path"), JsonText.From(request.Data).Utf8);
                    return Reply.Done;
                },
                Read = async (request, ct) => await request.Storage.GetAsync(request.Param("path"), ct) is { } stored
                    ? new Reply.Data(JsonText.FromValid(stored)) { Warnings = ["mind the gap"], Headers = [new("X-Echo", "shh"), new("X-Other", "no")] }
                    : Reply.NotFound,
                List = async (request, ct) => Reply.Keys(await request.Storage.ListAsync(request.Param("path").TrimEnd('/') + "/", ct)),
            },
        ];
    }
}
