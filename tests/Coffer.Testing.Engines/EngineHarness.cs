using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;
using Coffer.Storage;
using Coffer.Storage.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Testing.Engines;

/// <summary>A server's kernel in this process with one engine or auth method mounted, in memory and under virtual time. Its requests return what the engine's handlers say.</summary>
/// <remarks>
/// The kernel starts with the first call. By default each request that ends in a commit meets a conflict: another writer changes the mount table after the first run of the handler, so
/// the handler runs again, which shows a handler that has an effect outside the store. <see cref="RunsTwice"/> turns this off.
/// </remarks>
public sealed partial class EngineHarness : IAsyncDisposable
{
    /// <summary>The virtual time at which every harness begins.</summary>
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

    /// <summary>Mounts an engine. Nothing runs before the first call.</summary>
    /// <param name="type">The engine under test.</param>
    /// <param name="options">The options of its mount; null for none.</param>
    /// <param name="http">Answers the HTTP calls of the engine; null for real connections.</param>
    /// <param name="slowWork">Where the engine runs functions that keep a core busy; null for threads of this harness.</param>
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

    /// <summary>The time of the kernel and of the engine. It stands still until a test moves it; <see cref="AdvanceAsync"/> also waits for what is then due.</summary>
    public FakeTimeProvider Clock { get; } = new(Start);

    /// <summary>What is stored for the mount.</summary>
    public EngineStore Store { get; }

    /// <summary>The times of outside systems that the engine has reported (<see cref="EngineContext.OnOutsideTime"/>), oldest first.</summary>
    public ConcurrentQueue<(string Name, DateTimeOffset Time)> OutsideTimes { get; } = new();

    /// <summary>Exceptions of background work, which no request waited for, as the kernel logged them.</summary>
    public IReadOnlyList<Exception> Failures => Events.Failures;

    /// <summary>All that the kernel logged.</summary>
    public LogCollection Events { get; } = new();

    /// <summary>The token that requests are sent with: the root token unless a test sets another.</summary>
    public string Token { get; set; } = RootToken;

    /// <summary>The client's address in requests; empty for a client on a unix socket.</summary>
    public string RemoteAddress { get; set; } = "127.0.0.1";

    /// <summary>Whether each request that ends in a commit, each commit of a task and each revocation of a stored secret meets one conflict and so runs twice. True unless a test sets it.</summary>
    public bool RunsTwice { get; set; } = true;

    /// <summary>How often the last request read, listed, wrote and deleted in its storage, in the run that was committed.</summary>
    public (int Gets, int Lists, int Puts, int Deletes) Cost { get; private set; }

    /// <summary>The operation of the last request as the kernel saw it: a write is a create or an update.</summary>
    public Operation LastOperation { get; private set; }

    /// <summary>The store under the kernel: the place to make it fail.</summary>
    internal FaultyStore Faults { get; }

    internal SharedInstances Shared { get; } = new();

    internal TaskWatch Tasks { get; } = new();

    private IEngine? Made { get; set; }

    /// <summary>The engine's own object, for tests that look into it. A change of the mount's options makes another one.</summary>
    public async Task<IEngine> EngineAsync()
    {
        await StartAsync();
        return Made ?? throw new InvalidOperationException("the kernel has made no engine");
    }

    /// <summary>The mount's settings as the engine sees them.</summary>
    public async Task<MountView> MountAsync()
    {
        await StartAsync();
        return (await RouterAsync()).FindByUuid(_uuid!)!.View;
    }

    /// <summary>Changes settings of the mount.</summary>
    /// <param name="json">As <c>sys/mounts/…/tune</c> takes them.</param>
    /// <exception cref="InvalidOperationException">The kernel refused them.</exception>
    public async Task TuneAsync(string json) => await MustAsync(Operation.Update, $"sys/mounts/{_path}tune", json);

    /// <summary>Makes a token, to be set as <see cref="Token"/>.</summary>
    /// <param name="json">As <c>auth/token/create</c> takes it.</param>
    /// <exception cref="InvalidOperationException">The kernel refused it.</exception>
    public async Task<string> NewTokenAsync(string json)
    {
        var made = await MustAsync(Operation.Update, "auth/token/create", json);
        return (string)JsonNode.Parse(made.Body.Span)!["auth"]!["client_token"]!;
    }

    /// <summary>Writes a policy that tokens can have.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="text">As <c>sys/policies/acl</c> takes it.</param>
    /// <exception cref="InvalidOperationException">The kernel refused it.</exception>
    public async Task WritePolicyAsync(string name, string text) =>
        await MustAsync(Operation.Update, $"sys/policies/acl/{name}", new JsonObject { ["policy"] = text }.ToJsonString());

    /// <summary>Reads a path and has the answer wrapped.</summary>
    /// <param name="path">Below the mount.</param>
    /// <param name="ttl">How long the wrapping token lives.</param>
    /// <returns>The wrapping token.</returns>
    public async Task<string> WrapAsync(string path, TimeSpan ttl)
    {
        await StartAsync();
        var answer = await HandleAsync(new Ask(), Operation.Read, _path + path, document: null, Token, ttl);
        return (string)JsonNode.Parse(answer.Body.Span)!["wrap_info"]!["token"]!;
    }

    /// <summary>Sends a GET.</summary>
    /// <param name="path">Below the mount. What follows a question mark becomes fields, as text.</param>
    /// <inheritdoc cref="AskAsync"/>
    public Task<Reply> ReadAsync(string path) => AskAsync(Operation.Read, path);

    /// <summary>Sends a LIST.</summary>
    /// <param name="path">Below the mount. What follows a question mark becomes fields, as text.</param>
    /// <inheritdoc cref="AskAsync"/>
    public Task<Reply> ListAsync(string path) => AskAsync(Operation.List, path);

    /// <summary>Sends a POST: a create or an update, as the path's <see cref="EnginePath.Exists"/> tells.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public Task<Reply> WriteAsync(string path, string? json = null) => AskAsync(Operation.Update, path, json);

    /// <summary>Sends a PATCH.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public Task<Reply> PatchAsync(string path, string? json = null) => AskAsync(Operation.Patch, path, json);

    /// <summary>Sends a DELETE.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public Task<Reply> DeleteAsync(string path, string? json = null) => AskAsync(Operation.Delete, path, json);

    /// <summary>Sends one request through the kernel, with <see cref="Token"/>.</summary>
    /// <param name="operation">What is asked for; <see cref="Operation.Update"/> for every write.</param>
    /// <param name="path">Below the mount. What follows a question mark becomes fields, as text; then there is no body.</param>
    /// <param name="json">The body; null for none.</param>
    /// <returns>What the engine's handler said; or the kernel's refusal, if the kernel refused the request.</returns>
    /// <exception cref="InvalidOperationException">The engine broke a rule of storage: see the message.</exception>
    public Task<Reply> AskAsync(Operation operation, string path, string? json = null) => CountedAsync(async () =>
    {
        var ask = new Ask();
        var answer = await SendAsync(ask, operation, path, json);
        return ask.Reply is { } said && (said.Status() == answer.Status || answer.Status < 400) ? said : RefusalOf(answer);
    });

    /// <summary>Seals the kernel, which disposes the engine, and forgets what was stored.</summary>
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

    /// <summary>Another writer commits an entry as it is: each commit that has read it meets a conflict.</summary>
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
