using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Coffer.Audit.Devices;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Storage;
using Coffer.Storage.Memory;
using Coffer.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>A whole kernel in this process, on a store that can fail, under a clock that stands still, with the fake engine at <c>fake/</c>.</summary>
public sealed partial class KernelHarness : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly CountingContext _context;
    private readonly VirtualTime _time;
    private readonly IRandom _random;

    private string _share = "";

    private KernelHarness(IStore inner, IReadOnlyList<EngineType>? engines = null, int? seed = null)
    {
        _context = seed is { } order ? new SeededContext(order) : new CountingContext();
        _random = seed is { } bytes ? new SeededRandom(bytes) : SystemRandom.Instance;
        Memory = inner;
        MoreEngines = engines ?? [];
        Wall = new TwoClocks(Clock);
        _time = new VirtualTime(Wall, Clock.Advance, _context);
        Store = new FaultyStore(new CountedStore(Memory, _context));
        Kernel = NewKernel();
    }

    /// <summary>Engines that can be mounted beside the fake ones.</summary>
    private IReadOnlyList<EngineType> MoreEngines { get; }

    /// <summary>What is remembered over a restart: a memory store, unless a test brings another.</summary>
    public IStore Memory { get; set; }

    public FaultyStore Store { get; private set; }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    /// <summary>The system's clock: runs with <see cref="Clock"/> until a test sets it.</summary>
    public TwoClocks Wall { get; }

    public OutsideWorld World { get; } = new();

    public ServerKernel Kernel { get; private set; }

    public string Root { get; private set; } = "";

    /// <summary>Keys of static slots that the next kernel's configuration names.</summary>
    public IReadOnlyList<StaticKeySource> StaticKeys { get; set; } = [];

    public string Share => _share;

    /// <summary>What the kernel reported and no request waited for.</summary>
    public IReadOnlyList<Exception> Failures => Events.Failures;

    /// <summary>What was logged.</summary>
    public LogCollection Events { get; } = new();

    /// <param name="inner">Where entries are kept; the harness disposes it. Null: in memory.</param>
    /// <param name="engines">Engines that can be mounted beside the fake ones; one of the same type takes a fake one's place.</param>
    /// <param name="seed">Decides the order in which the kernel's work runs, one piece at a time, and all its random bytes. Null: work runs on many threads.</param>
    public static async Task<KernelHarness> StartAsync(IStore? inner = null, IReadOnlyList<EngineType>? engines = null, int? seed = null)
    {
        var harness = new KernelHarness(inner ?? new MemoryStore(), engines, seed);
        var mount = MountEntry.New(harness._random, "fake/", "fake", MountClass.Secret, "");
        var made = await harness.InContextAsync(() => harness.Kernel.InitializeAsync(new InitRequest(1, 1) { Mounts = [mount] }, TestContext.Current.CancellationToken));
        harness._share = Convert.ToHexStringLower(made!.Shares[0]);
        harness.Root = made.RootToken;
        await harness.UnsealAsync();
        return harness;
    }

    /// <summary>A kernel that is neither initialised nor unsealed.</summary>
    public static KernelHarness StartEmpty() => new(new MemoryStore());

    public Task UnsealAsync() => _context.RunAsync(async () =>
    {
        var step = await Kernel.UnsealAsync(_share, TestContext.Current.CancellationToken);
        Assert.Null(step.Problem);
        Assert.False(Kernel.IsSealed);
        return step;
    });

    /// <summary>Seals the kernel.</summary>
    public Task SealAsync() => _context.RunAsync(async () =>
    {
        await Kernel.SealAsync();
        return true;
    });

    /// <summary>As if the process had been started again: nothing survives but what the store holds.</summary>
    public async Task RestartAsync()
    {
        await RestartSealedAsync();
        await UnsealAsync();
    }

    /// <summary>As <see cref="RestartAsync"/>, and nobody has come with a share.</summary>
    public Task RestartSealedAsync() => _context.RunAsync(async () =>
    {
        await Kernel.DisposeAsync();
        Store = new FaultyStore(new CountedStore(Memory, _context));
        Kernel = NewKernel();
        return true;
    });

    /// <summary>Puts new shares in the place of the harness's own.</summary>
    public async Task<IReadOnlyList<string>> RekeyAsync(int shares, int threshold)
    {
        var begun = (await WriteAsync("sys/rekey/init", $$"""{"secret_shares":{{shares}},"secret_threshold":{{threshold}}}""")).Ok();
        var made = (await WriteAsync("sys/rekey/update", $$"""{"key":"{{_share}}","nonce":"{{begun.Json["nonce"]}}"}""")).Ok();
        return [.. made.Json["keys"]!.AsArray().Select(key => (string)key!)];
    }

    public Task<Answer> ReadAsync(string path, string? token = null) => SendAsync(Operation.Read, path, null, token);

    public Task<Answer> WriteAsync(string path, string? body = null, string? token = null, TimeSpan? wrap = null) =>
        SendAsync(Operation.Update, path, body, token, wrap);

    public Task<Answer> SendAsync(Operation operation, string path, string? body, string? token = null, TimeSpan? wrap = null, string address = "127.0.0.1", params (string Name, string Value)[] headers)
    {
        Assert.True(CanonicalPath.TryParse(path, out var canonical, out var problem), problem);
        var data = body is null ? default : JsonDocument.Parse(body).RootElement;
        var request = new ApiRequest
        {
            Id = _random.Uuid(),
            Path = canonical,
            Operation = operation,
            Token = token ?? Root,
            WrapTtl = wrap,
            Data = data,
            RemoteAddress = address,
            Headers = headers.ToImmutableDictionary(header => header.Name, header => ImmutableArray.Create(header.Value)),
        };
        return SendAsync(request);
    }

    public Task<Answer> SendAsync(ApiRequest request) =>
        _context.RunAsync(async () => Answer.Of(await Kernel.Requests.HandleAsync(request, TestContext.Current.CancellationToken)));

    /// <summary>Makes a token with everything allowed below <c>fake/</c> and whatever the body says.</summary>
    public async Task<Answer> TokenAsync(string body = "{}", string? parent = null)
    {
        await WriteAsync("sys/policies/acl/all", """{"policy":"path \"*\" { capabilities = [\"create\",\"read\",\"update\",\"delete\",\"list\"] }"}""");
        var fields = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        fields.TryAdd("policies", new System.Text.Json.Nodes.JsonArray("all"));
        return (await WriteAsync("auth/token/create", fields.ToJsonString(), parent)).Ok();
    }

    /// <summary>Keys of the store below a prefix; keys are not encrypted.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string prefix) =>
        [.. (await Memory.ScanAsync(prefix, null, StoreLimits.ScanMax, TestContext.Current.CancellationToken)).Select(entry => entry.Key)];

    /// <summary>Ids of the leases of secrets.</summary>
    public async Task<IReadOnlyList<string>> LeasesAsync() =>
        [.. (await KeysAsync("lease/id/")).Select(key => key["lease/id/".Length..]).Where(IsOfSecret)];

    /// <summary>Every test ends with a look at what it leaves in the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await Kernel.DisposeAsync();
        if (_broken is null)
        {
            await AssertConsistentAsync();
        }

        await Memory.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>Every value and key that the store holds, as bytes in one text: where a marker is looked for.</summary>
    public async Task<string> RawAsync()
    {
        var text = new StringBuilder();
        foreach (var (key, _) in await Memory.ScanAsync("", null, StoreLimits.ScanMax, TestContext.Current.CancellationToken))
        {
            var entry = await Memory.GetAsync(key, TestContext.Current.CancellationToken);
            text.Append(key).Append('\n').Append(Encoding.Latin1.GetString(entry.GetValueOrDefault().Value.Span)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The kernel that <see cref="RestartAsync"/> makes shows the store's own entries.</summary>
    public bool RawStorage { get; set; }

    /// <summary>What the store says of itself to the kernel that <see cref="RestartAsync"/> makes; null: what <see cref="Memory"/> says, if it does.</summary>
    public IStoreCondition? Condition { get; set; }

    /// <summary>What the API of the kernel that <see cref="RestartAsync"/> makes may create in the way of audit devices.</summary>
    public AuditBounds Audit { get; set; } = new();

    /// <summary>As the kernel that <see cref="RestartAsync"/> makes reports it.</summary>
    public string Version { get; set; } = "1.20.0+test";

    private ServerKernel NewKernel() => new(new KernelOptions
    {
        Store = Store,
        Condition = Condition ?? Memory as IStoreCondition,
        Clock = Wall,
        Random = _random,
        Engines = [.. MoreEngines, .. ((EngineType[])[FakeEngine.Type(World), FakeLogin.Type, FakeLogin.Userpass]).Where(fake => MoreEngines.All(type => type.Name != fake.Name))],
        Outbound = () => new TestOutbound(_http),
        StaticKeys = StaticKeys,
        StorageType = "inmem",
        Version = Version,
        Audit = Audit,
        RawStorage = RawStorage,
        Loggers = Events,
    });
}
