using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Outbound;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Kernel.Tests.Engines;

public sealed class EngineEndTests
{
    private readonly List<KeyHolder> _made = [];

    [Fact]
    public async Task An_engine_and_its_network_are_disposed_at_the_seal()
    {
        await using var harness = await StartAsync();
        (await harness.ReadAsync("holder/use")).Ok();
        var engine = Assert.Single(_made);
        await harness.RestartSealedAsync();
        Assert.Equal(1, engine.Ends);
        Assert.True(engine.Network.IsDisposed);
    }

    [Fact]
    public async Task An_engine_is_disposed_when_its_mount_goes()
    {
        await using var harness = await StartAsync();
        (await harness.ReadAsync("holder/use")).Ok();
        (await harness.SendAsync(Operation.Delete, "sys/mounts/holder", null)).Is(204);
        (await harness.ReadAsync("fake/open")).Ok();
        await harness.IdleAsync();
        Assert.Equal(1, _made[0].Ends);
    }

    [Fact]
    public async Task An_engine_that_answers_a_request_is_disposed_only_once_it_has()
    {
        await using var harness = await StartAsync();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (await harness.ReadAsync("holder/use")).Ok();
        var engine = _made[0];
        engine.While = () => held.Task;
        var asked = harness.ReadAsync("holder/use");
        await harness.IdleAsync();
        Assert.Equal(2, engine.Uses);

        (await harness.WriteAsync("sys/plugins/reload/backend", """{"mounts":["holder/"]}""")).Ok();
        (await harness.ReadAsync("holder/use")).Ok();
        Assert.Equal(2, _made.Count);
        Assert.Equal(0, engine.Ends);

        held.SetResult();
        (await asked).Ok();
        await harness.IdleAsync();
        Assert.Equal(1, engine.Ends);
        Assert.Equal(0, _made[1].Ends);
    }

    [Fact]
    public void A_reader_of_an_older_mount_table_ends_no_engine_of_the_newer_one()
    {
        var made = 0;
        var type = new EngineType("holder", MountClass.Secret, "for these tests", context =>
        {
            made++;
            return new KeyHolder(context.Outbound);
        });
        using var http = new HttpClient();
        var factory = new RouterFactory(
            new Dictionary<string, EngineType> { ["holder"] = type },
            SystemTtl.Standard,
            mount => new EngineContext(mount.Accessor, ImmutableDictionary<string, string>.Empty, TimeProvider.System, SystemRandom.Instance, new TestOutbound(http)),
            NullLogger.Instance);
        var mount = MountEntry.New(SystemRandom.Instance, "holder/", "holder", MountClass.Secret, "");
        var older = new MountTable([]);
        var newer = older.With(mount);

        var first = factory.For(newer).FindByUuid(mount.Uuid)!;
        Assert.Null(factory.For(older).FindByUuid(mount.Uuid));
        Assert.Same(first, factory.For(newer).FindByUuid(mount.Uuid));
        Assert.Equal(1, made);
    }

    private async Task<KernelHarness> StartAsync()
    {
        var harness = await KernelHarness.StartAsync(engines: [new EngineType("holder", MountClass.Secret, "for these tests", context =>
        {
            var engine = new KeyHolder(context.Outbound);
            _made.Add(engine);
            return engine;
        })]);
        (await harness.WriteAsync("sys/mounts/holder", """{"type":"holder"}""")).Is(204);
        return harness;
    }

    private sealed class KeyHolder(IOutbound network) : IEngine, IAsyncDisposable
    {
        public TestOutbound Network => (TestOutbound)network;

        public int Uses { get; private set; }

        public int Ends { get; private set; }

        public Func<Task> While { get; set; } = () => Task.CompletedTask;

        public ImmutableArray<EnginePath> Paths => [new("use", "Uses the key.") { Read = UseAsync }];

        public ValueTask DisposeAsync()
        {
            Assert.False(Network.IsDisposed);
            Ends++;
            return ValueTask.CompletedTask;
        }

        private async ValueTask<Reply> UseAsync(EngineRequest request, CancellationToken cancellation)
        {
            Uses++;
            await While();
            return Reply.With(json => json.WriteBoolean("used", true));
        }
    }
}
