using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Testing.Engines;

/// <summary>Drives any engine without the kernel: the same routing, field parsing and all-or-nothing writes, over a dictionary.</summary>
/// <remarks>
/// Every handler runs twice, and only the second run is committed: that is what a conflict does to it, so a handler with an effect outside the
/// store shows. <see cref="RunsTwice"/> turns it off.
/// </remarks>
public sealed class EngineHarness
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly EngineType _type;
    private readonly CallCounter _calls;
    private readonly HttpClient _http;
    private readonly SlowWork _slowWork;
    private PathTable _table;

    public EngineHarness(EngineType type, IReadOnlyDictionary<string, string>? options = null, HttpMessageHandler? http = null, int seed = 1, SlowWork? slowWork = null)
    {
        _slowWork = slowWork ?? new SlowWork();
        _type = type;
        _calls = CallCounter.Over(http);
        _http = _calls.Client();
        Clock = new FakeTimeProvider(Start);
        Random = new SeededRandom(seed);
        var mountOptions = (options ?? new Dictionary<string, string>()).ToImmutableDictionary();
        Mount = new MountView(
            type.Class == MountClass.Auth ? $"auth/{type.Name}/" : $"{type.Name}/", $"{type.Name}_0123abcd", type.Name,
            TimeSpan.FromHours(768), TimeSpan.FromHours(768), mountOptions);
        Engine = Create(mountOptions);
        _table = new PathTable(Engine.Paths);
    }

    public FakeTimeProvider Clock { get; }

    public IRandom Random { get; }

    public MemoryMount Store { get; } = new();

    public IEngine Engine { get; private set; }

    /// <summary>What the engine passed on of the time of outside systems, in order.</summary>
    public ConcurrentQueue<(string Name, DateTimeOffset Time)> OutsideTimes { get; } = new();

    /// <summary>What the engine sees of its mount; set it to change TTLs. Options change through <see cref="Reconfigure"/>.</summary>
    public MountView Mount { get; set; }

    /// <summary>Who asks.</summary>
    public CallerView Caller { get; set; } = new("token", "accessor-1", "scope-1", "", ["root"], IsBatch: false);

    public ImmutableDictionary<string, ImmutableArray<string>> Headers { get; set; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    public string RemoteAddress { get; set; } = "127.0.0.1";

    /// <summary>Run each handler once for nothing before it counts. Default true.</summary>
    public bool RunsTwice { get; set; } = true;

    /// <summary>What the last request cost.</summary>
    public (int Gets, int Lists, int Puts, int Deletes) Cost { get; private set; }

    /// <summary>The operation that the last request turned out to be: create or update.</summary>
    public Operation LastOperation { get; private set; }

    /// <summary>
    /// Lets virtual time pass until something has ended. While a call is under way none passes: how long it takes is the machine's affair, and how
    /// long the engine waits for an answer goes by the clock.
    /// </summary>
    public async Task AdvanceUntilEndAsync(Task end, TimeSpan step)
    {
        while (!end.IsCompleted)
        {
            await Task.WhenAny(end, Task.Delay(2, TestContext.Current.CancellationToken));
            if (!end.IsCompleted && _calls.UnderWay == 0)
            {
                Clock.Advance(step);
            }
        }
    }

    /// <summary>Makes the engine a second time over the same entries, as after a change of the mount's options.</summary>
    public void Reconfigure(IReadOnlyDictionary<string, string> options)
    {
        Mount = Mount with { Options = options.ToImmutableDictionary() };
        Engine = Create(Mount.Options);
        _table = new PathTable(Engine.Paths);
    }

    /// <summary>A GET. What follows a question mark in the path becomes fields, as text.</summary>
    public Task<Reply> ReadAsync(string path) => AskAsync(Operation.Read, path);

    public Task<Reply> ListAsync(string path) => AskAsync(Operation.List, path);

    /// <summary>A POST or PUT: create or update, as the path's <see cref="EnginePath.Exists"/> tells.</summary>
    /// <param name="json">The body; null for none.</param>
    public Task<Reply> WriteAsync(string path, string? json = null) => AskAsync(Operation.Update, path, json);

    public Task<Reply> PatchAsync(string path, string? json = null) => AskAsync(Operation.Patch, path, json);

    public Task<Reply> DeleteAsync(string path, string? json = null) => AskAsync(Operation.Delete, path, json);

    /// <summary>Sends one request. Its writes are kept unless the reply is a refusal.</summary>
    public async Task<Reply> AskAsync(Operation operation, string path, string? json = null)
    {
        using var document = DocumentOf(ref path, json);
        var data = document?.RootElement ?? default;
        if (!_table.TryMatch(path, operation == Operation.List, out var match))
        {
            return Reply.Refuse(ErrorKind.NotFound, "1 error occurred:\n\t* unsupported path\n\n");
        }

        var row = match.Path;
        if (row.HandlerOf(operation) is not { } handler)
        {
            return Reply.Refuse(ErrorKind.Unsupported, "1 error occurred:\n\t* unsupported operation\n\n");
        }

        var fields = FieldValues.Parse(row.Fields, data, match.Parameters, match.Spellings, out var problem);
        if (problem is not null)
        {
            return Reply.Invalid(problem);
        }

        var leaseId = $"{Mount.Path}{match.Canonical}/{RandomText.TimeOrdered(Clock.GetUtcNow())}{Random.Base62(16)}";
        if (RunsTwice)
        {
            await RunAsync(Store.Begin());
        }

        var unit = Store.Begin();
        var reply = await RunAsync(unit);
        Cost = (unit.Gets, unit.Lists, unit.Puts, unit.Deletes);
        Store.CheckThatDecodedValuesAreUnchanged();
        if (reply is not Reply.Refused)
        {
            unit.Commit();
        }

        LastLeaseId = leaseId;
        return reply;

        async Task<Reply> RunAsync(MemoryMount.UnitOfWork storage)
        {
            var request = RequestOf(operation);
            if (operation == Operation.Update && row.Exists is { } exists)
            {
                request = await exists(request, TestContext.Current.CancellationToken) ? request : RequestOf(Operation.Create);
            }

            LastOperation = request.Operation;
            return await handler(request, TestContext.Current.CancellationToken);

            EngineRequest RequestOf(Operation decided) => new()
            {
                Id = "6f3cbb0e-0000-4000-8000-000000000001",
                Operation = decided,
                Path = match.Canonical,
                Mount = Mount,
                Caller = Caller,
                Storage = storage,
                Now = Clock.GetUtcNow(),
                Fields = fields,
                Data = data,
                LeaseId = leaseId,
                Headers = Headers,
                RemoteAddress = RemoteAddress,
            };
        }
    }

    /// <summary>Asks for a dynamic secret and makes it: plan, commit, create.</summary>
    public async Task<HarnessLease> IssueAsync(Operation operation, string path, string? json = null)
    {
        var leased = Assert.IsType<Reply.Leased>(await AskAsync(operation, path, json));
        var lease = new HarnessLease(this, LastLeaseId, leased, Clock.GetUtcNow());
        await lease.CreateAsync();
        return lease;
    }

    /// <summary>Plans a dynamic secret and stops before it is made, as a crash would.</summary>
    public async Task<HarnessLease> PlanAsync(Operation operation, string path, string? json = null)
    {
        var leased = Assert.IsType<Reply.Leased>(await AskAsync(operation, path, json));
        return new HarnessLease(this, LastLeaseId, leased, Clock.GetUtcNow());
    }

    private string LastLeaseId { get; set; } = "";

    private static JsonDocument? DocumentOf(ref string path, string? json)
    {
        var question = path.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            return json is null ? null : JsonDocument.Parse(json);
        }

        Assert.Null(json);
        var query = new JsonObject();
        foreach (var pair in path[(question + 1)..].Split('&'))
        {
            var parts = pair.Split('=', 2);
            query[Uri.UnescapeDataString(parts[0])] = Uri.UnescapeDataString(parts.Length > 1 ? parts[1] : "");
        }

        path = path[..question];
        return JsonDocument.Parse(query.ToJsonString());
    }

    private IEngine Create(ImmutableDictionary<string, string> options) =>
        _type.Create(new EngineContext($"{_type.Name}_0123abcd", options, Clock, Random, new TestOutbound(_http))
        {
            SlowWork = _slowWork,
            OnOutsideTime = (name, time) => OutsideTimes.Enqueue((name, time)),
        });
}
