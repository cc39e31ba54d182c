using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;
using Coffer.Storage;
using Coffer.Storage.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Testing.Engines;

/// <summary>A kernel in this process, in memory and under virtual time, with one engine or auth method mounted; shows what the engine itself says.</summary>
/// <remarks>
/// The kernel starts with the first request. By default, every request that a commit ends meets a conflict once, because another writer changes the mount table
/// after the first run of the handler: a handler with an effect outside the store shows. <see cref="RunsTwice"/> turns it off.
/// </remarks>
public sealed partial class EngineHarness : IAsyncDisposable
{
    /// <summary>When every harness begins.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private const string RootToken = "root-of-the-harness";

    private readonly EngineType _type;
    private readonly string _path;
    private readonly ImmutableSortedDictionary<string, string> _options;
    private readonly CountingContext _context = new();
    private readonly VirtualTime _time;
    private readonly HttpClient _http;
    private readonly MemoryStore _memory = new();
    private readonly SeededRandom _random = new(1);
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly ConcurrentDictionary<string, Ask> _asks = new(StringComparer.Ordinal);
    private readonly ServerKernel _kernel;
    private string? _uuid;

    /// <param name="type">The engine under test.</param>
    /// <param name="options">The options of its mount.</param>
    /// <param name="http">Carries the calls of the engine; null for real connections.</param>
    /// <param name="slowWork">Where the engine runs functions that keep a core busy.</param>
    /// <param name="path">Where it is mounted, with a slash at the end; null: at the name of its type.</param>
    public EngineHarness(
        EngineType type, IReadOnlyDictionary<string, string>? options = null, HttpMessageHandler? http = null, SlowWork? slowWork = null, string? path = null)
    {
        _type = type;
        _path = path ?? (type.Class == MountClass.Auth ? $"auth/{type.Name}/" : $"{type.Name}/");
        _options = (options ?? new Dictionary<string, string>()).ToImmutableSortedDictionary(StringComparer.Ordinal);
        _http = new HttpClient(new CallCounter(http, _context));
        Faults = new FaultyStore(new CountedStore(_memory, _context));
        Store = new EngineStore(this);
        var clocks = new TwoClocks(Clock);
        _time = new VirtualTime(clocks, Clock.Advance, _context);
        _kernel = new ServerKernel(new KernelOptions
        {
            Store = Faults,
            Clock = clocks,
            Random = _random,
            Engines = [type with { Create = Create }],
            Outbound = () => new TestOutbound(_http),
            StorageType = "inmem",
            Version = "1.20.0+test",
            SlowWork = slowWork ?? new SlowWork(),
            Loggers = Events,
        });
    }

    /// <summary>The time of the kernel and of the engine.</summary>
    public FakeTimeProvider Clock { get; } = new(Start);

    /// <summary>What is committed of the mount.</summary>
    public EngineStore Store { get; }

    /// <summary>What the engine passed on of the time of outside systems, in order.</summary>
    public ConcurrentQueue<(string Name, DateTimeOffset Time)> OutsideTimes { get; } = new();

    /// <summary>What the kernel reported and no request waited for.</summary>
    public IReadOnlyList<Exception> Failures => Events.Failures;

    /// <summary>What the kernel logged.</summary>
    public LogCollection Events { get; } = new();

    /// <summary>The token that asks: the root token at first.</summary>
    public string Token { get; set; } = RootToken;

    /// <summary>Where the client is; empty for one on a unix socket.</summary>
    public string RemoteAddress { get; set; } = "127.0.0.1";

    /// <summary>Each request meets one conflict. Default true.</summary>
    public bool RunsTwice { get; set; } = true;

    /// <summary>What the engine asked of its storage in the last request, in the try that was committed.</summary>
    public (int Gets, int Lists, int Puts, int Deletes) Cost { get; private set; }

    /// <summary>The operation that the last request turned out to be: create or update.</summary>
    public Operation LastOperation { get; private set; }

    /// <summary>The store under the kernel: the place to make it fail.</summary>
    internal FaultyStore Faults { get; }

    internal SharedInstances Shared { get; } = new();

    internal TaskWatch Tasks { get; } = new();

    private IEngine? Made { get; set; }

    /// <summary>The engine of the mount as it is now.</summary>
    public async Task<IEngine> EngineAsync()
    {
        await StartAsync();
        return Made ?? throw new InvalidOperationException("the kernel has made no engine");
    }

    /// <summary>The mount as its engine sees it.</summary>
    public async Task<MountView> MountAsync()
    {
        await StartAsync();
        return (await RouterAsync()).FindByUuid(_uuid!)!.View;
    }

    /// <summary>Changes settings of the mount, as <c>sys/mounts/…/tune</c> takes them.</summary>
    public async Task TuneAsync(string json) => await MustAsync(Operation.Update, $"sys/mounts/{_path}tune", json);

    /// <summary>A token that the root token makes, with these parameters of <c>auth/token/create</c>.</summary>
    public async Task<string> NewTokenAsync(string json)
    {
        var made = await MustAsync(Operation.Update, "auth/token/create", json);
        return (string)JsonNode.Parse(made.Body.Span)!["auth"]!["client_token"]!;
    }

    /// <summary>Writes a policy, in the words of <c>sys/policies/acl</c>.</summary>
    public async Task WritePolicyAsync(string name, string text) =>
        await MustAsync(Operation.Update, $"sys/policies/acl/{name}", new JsonObject { ["policy"] = text }.ToJsonString());

    /// <summary>Reads a path and has the answer wrapped.</summary>
    /// <returns>The wrapping token.</returns>
    public async Task<string> WrapAsync(string path, TimeSpan ttl)
    {
        await StartAsync();
        var answer = await HandleAsync(new Ask(), Operation.Read, _path + path, document: null, Token, ttl);
        return (string)JsonNode.Parse(answer.Body.Span)!["wrap_info"]!["token"]!;
    }

    /// <summary>A GET. What follows a question mark in the path becomes fields, as text.</summary>
    public Task<Reply> ReadAsync(string path) => AskAsync(Operation.Read, path);

    public Task<Reply> ListAsync(string path) => AskAsync(Operation.List, path);

    /// <summary>A POST or PUT: create or update, as the path's <see cref="EnginePath.Exists"/> tells.</summary>
    /// <param name="path">Below the mount.</param>
    /// <param name="json">The body; null for none.</param>
    public Task<Reply> WriteAsync(string path, string? json = null) => AskAsync(Operation.Update, path, json);

    public Task<Reply> PatchAsync(string path, string? json = null) => AskAsync(Operation.Patch, path, json);

    public Task<Reply> DeleteAsync(string path, string? json = null) => AskAsync(Operation.Delete, path, json);

    /// <summary>Sends one request through the kernel.</summary>
    /// <returns>What the engine's handler said; a refusal of the kernel where the kernel refused.</returns>
    public Task<Reply> AskAsync(Operation operation, string path, string? json = null) => CountedAsync(async () =>
    {
        var ask = new Ask();
        var answer = await SendAsync(ask, operation, path, json);
        return ask.Reply is { } said && (said.Status() == answer.Status || answer.Status < 400) ? said : RefusalOf(answer);
    });

    public async ValueTask DisposeAsync()
    {
        await _kernel.DisposeAsync();
        await _memory.DisposeAsync();
        _http.Dispose();
        _starting.Dispose();
    }

    /// <summary>Keys of the mount's entries in the store, without the part that all have in common.</summary>
    internal async Task<IReadOnlyList<string>> KeysAsync()
    {
        await StartAsync();
        var prefix = EngineKeys.PrefixOf(_uuid!);
        var keys = await _memory.ScanAsync(prefix, null, StoreLimits.ScanMax, CancellationToken.None);
        return [.. keys.Select(entry => entry.Key[prefix.Length..])];
    }

    /// <summary>Where the unsealed kernel begins its units of work.</summary>
    internal async Task<Transactor> TransactionsAsync()
    {
        await StartAsync();
        return _kernel.Active!.Parts.Transactions;
    }

    /// <summary>Changes the mount's part of the store in one commit.</summary>
    internal async Task CommitAsync(Func<IStorageView, ValueTask> change)
    {
        await StartAsync();
        await _kernel.Active!.Parts.Transactions.RunAsync(work => change(new StorageView(work, _uuid!)), CancellationToken.None);
    }

    /// <summary>The mount's name in the store.</summary>
    internal async Task<string> UuidAsync()
    {
        await StartAsync();
        return _uuid!;
    }

    internal Ask AskOf(string requestId) => _asks.GetValueOrDefault(requestId) ?? new Ask();

    /// <summary>Another writer commits an entry as it is: whatever has read it meets a conflict.</summary>
    internal async ValueTask TouchAsync(string key)
    {
        var entry = await _memory.GetAsync(key, int.MaxValue, CancellationToken.None) ?? throw new InvalidOperationException($"nothing is stored under \"{key}\"");
        await _memory.CommitAsync(new StoreBatch([new StoreWrite(key, entry.Value)], []));
    }

    internal Task<ApiReply> SendAsync(Ask ask, Operation operation, string path, string? json) => CountedAsync(async () =>
    {
        await StartAsync();
        using var document = DocumentOf(ref path, json);
        var answer = await HandleAsync(ask, operation, path.Length == 0 ? _path[..^1] : _path + path, document, Token);
        (Cost, LastOperation) = (ask.Cost, ask.Operation);
        Shared.CheckUnchanged();
        return answer;
    });

    private async Task<ApiReply> MustAsync(Operation operation, string path, string json)
    {
        await StartAsync();
        using var document = JsonDocument.Parse(json);
        var answer = await HandleAsync(new Ask(), operation, path, document, RootToken);
        return answer.Status < 300 ? answer : throw new InvalidOperationException($"{path}: {answer.Status} {Encoding.UTF8.GetString(answer.Body.Span)}");
    }

    private async Task<ApiReply> HandleAsync(Ask ask, Operation operation, string path, JsonDocument? document, string token, TimeSpan? wrap = null)
    {
        if (!CanonicalPath.TryParse(path, out var canonical, out var problem))
        {
            return ApiReply.Error(ErrorKind.Invalid, problem);
        }

        var id = _random.Uuid();
        _asks[id] = ask;
        try
        {
            var request = new ApiRequest
            {
                Id = id,
                Path = canonical,
                Operation = operation,
                Token = token,
                WrapTtl = wrap,
                Data = document?.RootElement ?? default,
                RemoteAddress = RemoteAddress,
            };
            return await _context.RunAsync(async () => await _kernel.Requests.HandleAsync(request, CancellationToken.None));
        }
        finally
        {
            _asks.TryRemove(id, out _);
        }
    }

    private async Task StartAsync()
    {
        if (_uuid is not null)
        {
            return;
        }

        await _starting.WaitAsync();
        try
        {
            _uuid ??= await _context.RunAsync(UnsealedAsync);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <returns>The UUID of the mount; a type that the kernel mounts by itself has it from there.</returns>
    private async Task<string> UnsealedAsync()
    {
        var mount = MountEntry.New(_random, _path, _type.Name, _type.Class, "") with { Options = _options, HasOptions = _options.Count > 0 };
        ImmutableArray<MountEntry> mounts = _type.Name == "cubbyhole" ? [] : [mount];
        var made = await _kernel.InitializeAsync(new InitRequest(1, 1) { RootToken = RootToken, Mounts = mounts }, CancellationToken.None);
        var step = await _kernel.UnsealAsync(Convert.ToHexStringLower(made!.Shares[0]), CancellationToken.None);
        if (step.Problem is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        return (await RouterAsync()).Table.Mounts.Single(known => known.Path == _path).Uuid;
    }

    private ValueTask<Router> RouterAsync()
    {
        var parts = _kernel.Active!.Parts;
        return parts.Routers.ReadAsync(parts.Transactions.Begin(), CancellationToken.None);
    }

    private WatchedEngine Create(EngineContext context)
    {
        Made = _type.Create(context with
        {
            OnOutsideTime = (name, time) =>
            {
                OutsideTimes.Enqueue((name, time));
                context.OnOutsideTime(name, time);
            },
        });
        return WatchedEngine.Over(Made, this);
    }

    private static Reply.Refused RefusalOf(ApiReply answer)
    {
        var errors = JsonNode.Parse(answer.Body.Span)!["errors"]!.AsArray().Select(error => (string)error!).ToArray();
        var kind = Enum.GetValues<ErrorKind>().First(kind => ApiError.StatusOf(kind) == answer.Status);
        return new Reply.Refused(new ApiError(kind, errors));
    }

    private static JsonDocument? DocumentOf(ref string path, string? json)
    {
        var question = path.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            return json is null ? null : JsonDocument.Parse(json);
        }

        if (json is not null)
        {
            throw new ArgumentException("a request has a query or a body, and not both", nameof(json));
        }

        var query = new JsonObject();
        foreach (var pair in path[(question + 1)..].Split('&'))
        {
            var parts = pair.Split('=', 2);
            query[Uri.UnescapeDataString(parts[0])] = Uri.UnescapeDataString(parts.Length > 1 ? parts[1] : "");
        }

        path = path[..question];
        return JsonDocument.Parse(query.ToJsonString());
    }
}
