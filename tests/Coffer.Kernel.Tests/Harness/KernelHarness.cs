using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Logging;
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
public sealed class KernelHarness : IAsyncDisposable
{
    /// <summary>Two minutes of looks, or more on a machine with much else to do.</summary>
    private const int LooksMax = 24_000;

    private readonly HttpClient _http = new();
    private readonly List<Exception> _failures = [];

    /// <summary>What the log was told.</summary>
    public ConcurrentQueue<LogLine> Events { get; } = new();
    private string _share = "";

    private KernelHarness(IStore inner, IReadOnlyList<EngineType>? engines = null)
    {
        Memory = inner;
        MoreEngines = engines ?? [];
        Wall = new TwoClocks(Clock);
        Store = new FaultyStore(Memory);
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
    public IReadOnlyList<Exception> Failures
    {
        get
        {
            lock (_failures)
            {
                return [.. _failures];
            }
        }
    }

    /// <param name="inner">Where entries are kept; the harness disposes it. Null: in memory.</param>
    /// <param name="engines">Engines that can be mounted beside the fake ones; one of the same type takes a fake one's place.</param>
    public static async Task<KernelHarness> StartAsync(IStore? inner = null, IReadOnlyList<EngineType>? engines = null)
    {
        var harness = new KernelHarness(inner ?? new MemoryStore(), engines);
        var mount = Initialization.NewMount(SystemRandom.Instance, "fake/", "fake", MountClass.Secret, "");
        var made = await harness.Kernel.InitializeAsync(new InitRequest(1, 1) { Mounts = [mount] }, TestContext.Current.CancellationToken);
        harness._share = Convert.ToHexStringLower(made!.Shares[0]);
        harness.Root = made.RootToken;
        await harness.UnsealAsync();
        return harness;
    }

    /// <summary>A kernel that is neither initialised nor unsealed.</summary>
    public static KernelHarness StartEmpty() => new(new MemoryStore());

    public async Task UnsealAsync()
    {
        var step = await Kernel.UnsealAsync(_share, TestContext.Current.CancellationToken);
        Assert.Null(step.Problem);
        Assert.False(Kernel.IsSealed);
    }

    /// <summary>As if the process had been started again: nothing survives but what the store holds.</summary>
    public async Task RestartAsync()
    {
        await RestartSealedAsync();
        await UnsealAsync();
    }

    /// <summary>As <see cref="RestartAsync"/>, and nobody has come with a share.</summary>
    public async Task RestartSealedAsync()
    {
        await Kernel.DisposeAsync();
        Store = new FaultyStore(Memory);
        Kernel = NewKernel();
    }

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

    public async Task<Answer> SendAsync(Operation operation, string path, string? body, string? token = null, TimeSpan? wrap = null, string address = "127.0.0.1", params (string Name, string Value)[] headers)
    {
        Assert.True(CanonicalPath.TryParse(path, out var canonical, out var problem), problem);
        using var document = body is null ? null : JsonDocument.Parse(body);
        var request = new ApiRequest
        {
            Id = SystemRandom.Instance.Uuid(),
            Path = canonical,
            Operation = operation,
            Token = token ?? Root,
            WrapTtl = wrap,
            Data = document?.RootElement ?? default,
            RemoteAddress = address,
            Headers = headers.ToImmutableDictionary(header => header.Name, header => ImmutableArray.Create(header.Value)),
        };
        return Answer.Of(await Kernel.HandleAsync(request, TestContext.Current.CancellationToken));
    }

    /// <summary>Makes a token with everything allowed below <c>fake/</c> and whatever the body says.</summary>
    public async Task<Answer> TokenAsync(string body = "{}", string? parent = null)
    {
        await WriteAsync("sys/policies/acl/all", """{"policy":"path \"*\" { capabilities = [\"create\",\"read\",\"update\",\"delete\",\"list\"] }"}""");
        var fields = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        fields.TryAdd("policies", new System.Text.Json.Nodes.JsonArray("all"));
        return (await WriteAsync("auth/token/create", fields.ToJsonString(), parent)).Ok();
    }

    /// <summary>
    /// Lets virtual time pass in small steps until something holds. When the clock has moved as far as it may, what is due by then may still need its time
    /// on a busy machine: it is waited for, and the clock stands.
    /// </summary>
    public async Task AdvanceUntilAsync(Func<Task<bool>> holds, TimeSpan? step = null, int steps = 2000)
    {
        for (var i = 0; i < steps; i++)
        {
            if (await holds())
            {
                return;
            }

            Clock.Advance(step ?? TimeSpan.FromSeconds(20));
            await PauseAsync(i);
        }

        for (var i = 0; i < LooksMax; i++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"still not so after {steps} steps; reported: {string.Join("; ", Failures.Select(failure => failure.ToString()).Distinct().Take(3))}");
    }

    /// <summary>
    /// Waits in real time, without moving the clock: for what a request does. The janitor may wait for a time that comes only when the clock moves,
    /// and is waited for with <see cref="AdvanceUntilAsync"/>.
    /// </summary>
    public static async Task WaitUntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < LooksMax; i++)
        {
            if (holds())
            {
                return;
            }

            await Task.Delay(i < 50 ? 1 : 5, TestContext.Current.CancellationToken);
        }

        Assert.Fail("still not so after two minutes");
    }

    /// <summary>For as long as the store is asked for something: time that passes during work would be time that the work seems to take.</summary>
    private async Task PauseAsync(int step)
    {
        int calls;
        var looks = 0;
        do
        {
            calls = Store.Calls;
            await Task.Delay(step < 50 ? 1 : 5, TestContext.Current.CancellationToken);
        }
        while (calls != Store.Calls && ++looks < 10);
    }

    /// <summary>Keys of the store below a prefix; keys are not encrypted.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string prefix) =>
        [.. (await Memory.ScanAsync(prefix, null, StoreLimits.ScanMax, TestContext.Current.CancellationToken)).Select(entry => entry.Key)];

    /// <summary>Ids of the leases of secrets.</summary>
    public async Task<IReadOnlyList<string>> LeasesAsync() =>
        [.. (await KeysAsync("lease/id/")).Select(key => key["lease/id/".Length..]).Where(IsOfSecret)];

    /// <summary>Every index names a record, and every record has its indexes; what exists outside has a lease.</summary>
    public async Task AssertConsistentAsync()
    {
        // One scan, so one state; what exists outside is looked at after it.
        var all = await KeysAsync("");
        string[] Below(string prefix) => [.. all.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key[prefix.Length..])];
        var leases = Below("lease/id/").Where(IsOfSecret).ToArray();
        var due = Below("due/");
        Assert.All(due, key => Assert.True(long.Parse(key[..16], NumberStyles.HexNumber, CultureInfo.InvariantCulture) > 0));
        Assert.Equal(leases, due.Where(key => key[17] == 'l').Select(key => key[19..]).Order(StringComparer.Ordinal));
        var tokens = Below("token/id/").ToHashSet();
        Assert.All(due.Where(key => key[17] == 't'), key => Assert.Contains(key[19..], tokens));
        Assert.All(Below("lease/owner/"), key => Assert.Contains(key.Split('/', 2)[1], leases));
        Assert.All(Below("token/child/"), key => Assert.Contains(key.Split('/')[^1], tokens));
        Assert.All(World.Secrets, name => Assert.Contains(name, leases));
        Assert.Equal(Below("task/id/"), Below("task/due/").Select(key => key[17..]).Order(StringComparer.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await Kernel.DisposeAsync();
        await Memory.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>Every value and key that the store holds, as bytes in one text: where a marker is looked for.</summary>
    public async Task<string> RawAsync()
    {
        var text = new StringBuilder();
        foreach (var entry in await Memory.ScanAsync("", null, StoreLimits.ScanMax, TestContext.Current.CancellationToken))
        {
            text.Append(entry.Key).Append('\n').Append(Encoding.Latin1.GetString(entry.Value.Span)).Append('\n');
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

    /// <summary>The lease of a token stands below the path that made the token.</summary>
    private static bool IsOfSecret(string leaseId) => !leaseId.StartsWith("auth/", StringComparison.Ordinal);

    private ServerKernel NewKernel() => new(new KernelOptions
    {
        Store = Store,
        Condition = Condition ?? Memory as IStoreCondition,
        Clock = Wall,
        Random = SystemRandom.Instance,
        Engines = [.. MoreEngines, .. ((EngineType[])[FakeEngine.Type(World), FakeLogin.Type, FakeLogin.Userpass]).Where(fake => MoreEngines.All(type => type.Name != fake.Name))],
        Outbound = () => new TestOutbound(_http),
        StaticKeys = StaticKeys,
        StorageType = "inmem",
        Version = Version,
        Audit = Audit,
        RawStorage = RawStorage,
        OnEvent = Events.Enqueue,
        OnFailure = (what, error) =>
        {
            lock (_failures)
            {
                _failures.Add(new InvalidOperationException(what, error));
            }
        },
    });
}
