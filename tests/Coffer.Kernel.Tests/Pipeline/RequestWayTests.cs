using System.Collections.Immutable;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Tests.Pipeline;

/// <summary>What runs again when a commit conflicts, and what does not.</summary>
public sealed class RequestWayTests
{
    [Fact]
    public async Task A_change_that_the_creation_of_a_secret_meets_after_the_commit_does_not_run_the_request_again()
    {
        var engine = new ProbeEngine();
        await using var harness = await StartAsync(engine);
        var changes = 0;
        engine.BetweenReads = async () => (await harness.WriteAsync("probe/entry", $$"""{"value":"{{changes++}}"}""")).Ok();

        (await harness.ReadAsync("probe/creds")).Ok();

        Assert.Equal(1, engine.Created);
        Assert.Equal(1, changes);
        Assert.Single(engine.Planned);
        Assert.Single(await harness.LeasesAsync());
    }

    [Fact]
    public async Task Time_and_lease_id_stay_the_same_when_a_request_runs_again()
    {
        var engine = new ProbeEngine();
        await using var harness = await StartAsync(engine);
        engine.WhilePlanning = async () =>
        {
            if (engine.Planned.Count < 2)
            {
                // What the request has read changes, and time passes, so its commit conflicts.
                harness.Clock.Advance(TimeSpan.FromSeconds(5));
                (await harness.WriteAsync("probe/entry", $$"""{"value":"{{engine.Planned.Count}}"}""")).Ok();
            }
        };

        (await harness.ReadAsync("probe/creds")).Ok();

        Assert.Equal(2, engine.Planned.Count);
        Assert.Single(engine.Planned.Distinct());
        Assert.Equal(1, engine.Created);
        Assert.EndsWith(engine.Planned[0].LeaseId, Assert.Single(await harness.LeasesAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_fields_of_a_write_are_read_once_for_the_look_whether_something_is_there_and_for_the_handler()
    {
        var engine = new ProbeEngine();
        await using var harness = await StartAsync(engine);

        (await harness.WriteAsync("probe/entry", """{"value":"first"}""")).Ok();
        Assert.Equal(Operation.Create, engine.Handled!.Operation);
        Assert.Same(engine.Looked!.Fields, engine.Handled.Fields);

        (await harness.WriteAsync("probe/entry", """{"value":"second"}""")).Ok();
        Assert.Same(engine.Looked, engine.Handled);
    }

    [Theory]
    [InlineData("""{"ttl":"15s","explicit_max_ttl":"15s"}""", 15)]
    [InlineData("""{"ttl":"15s","renewable":false}""", 15)]
    [InlineData("""{"ttl":"15s","type":"batch"}""", 15)]
    [InlineData("""{"ttl":"1h","explicit_max_ttl":"2h"}""", 7200)]
    public async Task An_engine_is_shown_when_the_owner_of_a_lease_is_gone_for_good_as_it_plans_and_as_it_renews(string token, int seconds)
    {
        var engine = new ProbeEngine();
        await using var harness = await StartAsync(engine);
        var end = harness.Clock.GetUtcNow().AddSeconds(seconds);
        var owner = (await harness.TokenAsync(token)).ClientToken;

        var made = (await harness.ReadAsync("probe/creds", owner)).Ok();
        Assert.Equal(end, engine.OwnerEnd);

        engine.OwnerEnd = null;
        (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok();
        Assert.Equal(end, engine.OwnerEnd);

        (await harness.ReadAsync("probe/creds")).Ok();
        Assert.Null(engine.OwnerEnd);
    }

    private static async Task<KernelHarness> StartAsync(ProbeEngine engine)
    {
        var harness = await KernelHarness.StartAsync(engines: [new EngineType("probe", MountClass.Secret, "for these tests", _ => engine)]);
        (await harness.WriteAsync("sys/mounts/probe", """{"type":"probe"}""")).Ok();
        return harness;
    }

    private sealed class ProbeEngine : IEngine, IDynamicSecret
    {
        private static readonly Field<string> Value = Field.Text("value", "Anything.");

        public Func<Task> BetweenReads { get; set; } = () => Task.CompletedTask;

        public Func<Task> WhilePlanning { get; set; } = () => Task.CompletedTask;

        public List<(DateTimeOffset Now, string LeaseId)> Planned { get; } = [];

        public int Created { get; private set; }

        public DateTimeOffset? OwnerEnd { get; set; }

        public EngineRequest? Looked { get; private set; }

        public EngineRequest? Handled { get; private set; }

        public string Name => "probe";

        public ImmutableArray<ISecretKind> Secrets => [this];

        public ImmutableArray<EnginePath> Paths =>
        [
            new("creds", "Makes a secret.") { Read = PlanAsync },
            new("entry", "Keeps a value.") { Fields = [Value], Exists = ExistsAsync, Write = WriteAsync },
        ];

        public async ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
        {
            Created++;
            await context.Storage.GetAsync("entry", cancellation);
            await BetweenReads();
            await context.Storage.GetAsync("entry", cancellation);
            return new CreatedSecret(JsonText.Write(json => json.WriteString("made", "once")));
        }

        public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation)
        {
            OwnerEnd = context.OwnerEnd;
            return ValueTask.FromResult(new Renewal(plan.Ttl, plan.MaxTtl));
        }

        public ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation) => ValueTask.CompletedTask;

        private async ValueTask<Reply> PlanAsync(EngineRequest request, CancellationToken cancellation)
        {
            await request.Storage.GetAsync("entry", cancellation);
            OwnerEnd = request.OwnerEnd;
            Planned.Add((request.Now, request.LeaseId));
            await WhilePlanning();
            return new Reply.Leased(new LeasePlan("probe", JsonText.Write(json => json.WriteString("name", request.LeaseId))) { Ttl = TimeSpan.FromHours(1) });
        }

        private async ValueTask<bool> ExistsAsync(EngineRequest request, CancellationToken cancellation)
        {
            Looked = request;
            return await request.Storage.GetAsync("entry", cancellation) is not null;
        }

        private ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
        {
            Handled = request;
            request.Storage.Put("entry", System.Text.Encoding.UTF8.GetBytes(request.Get(Value)));
            return ValueTask.FromResult(Reply.Done);
        }
    }
}
