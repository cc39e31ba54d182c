using System.Collections.Immutable;
using System.Text;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests;

/// <summary>What the harness shows of leases, and that an engine gets from it what a server would give it.</summary>
public sealed class HarnessLeaseTests : IAsyncDisposable
{
    private readonly KeysEngine _engine = new();
    private readonly EngineHarness _harness;

    public HarnessLeaseTests() => _harness = new EngineHarness(new EngineType("keys", MountClass.Secret, "Keys.", _ => _engine));

    public static TheoryData<string> Kinds => ["stored", "dynamic"];

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_test_sees_what_the_handler_planned_what_the_client_got_and_what_is_stored_with_the_lease(string kind)
    {
        var lease = await IssueAsync(kind, ttl: "5m");

        Assert.Equal($"keys/{kind}/north", lease.Id[..lease.Id.LastIndexOf('/')]);
        Assert.Equal("open sesame", (string?)lease.Created!.Data()["key"]);
        Assert.Equal(TimeSpan.FromMinutes(5), lease.Plan.Ttl);
        var stored = Assert.IsType<StoredLease>(await lease.StoredAsync());
        Assert.Equal($$"""{"place":"{{kind}}/north"}""", Text(stored.Plan));
        Assert.Equal((kind, TimeSpan.Zero, TimeSpan.FromHours(2), true), (stored.Plan.Secret, stored.Plan.Ttl, stored.Plan.MaxTtl, stored.Plan.Renewable));
        Assert.Equal((EngineHarness.Start + TimeSpan.FromMinutes(5), ""), (stored.ExpiresAt, stored.LastError));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_that_renews_and_revokes_has_the_engine_called_with_what_is_stored(string kind)
    {
        var lease = await IssueAsync(kind, ttl: "5m");
        var stored = (await lease.StoredAsync())!;
        _harness.Clock.Advance(TimeSpan.FromMinutes(1));

        var renewed = await lease.ClientRenewsAsync(TimeSpan.FromMinutes(20));

        Assert.Equal(20 * 60, (int)renewed.Data()["lease_duration"]!);
        Assert.Equal(EngineHarness.Start + TimeSpan.FromMinutes(21), (await lease.StoredAsync())!.ExpiresAt);
        var call = lease.Calls[^1];
        Assert.Equal((SecretStep.Renew, TimeSpan.FromMinutes(20), Text(stored.Plan)), (call.Step, call.Increment, Text(call.Plan)));
        Assert.Equal((stored.Plan.Ttl, stored.Plan.MaxTtl), (call.Plan.Ttl, call.Plan.MaxTtl));
        Assert.Equal((EngineHarness.Start, EngineHarness.Start + TimeSpan.FromMinutes(1)), (call.Context.IssueTime, call.Context.Now));

        (await lease.ClientRevokesAsync()).AssertDone();

        Assert.Equal((SecretStep.Revoke, Text(stored.Plan)), (lease.Calls[^1].Step, Text(lease.Calls[^1].Plan)));
        Assert.Null(await lease.StoredAsync());
        Assert.Empty(await _harness.LeasesAsync());
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_step_of_the_test_gives_the_engine_the_plan_that_a_server_would_give_it(string kind)
    {
        var lease = await IssueAsync(kind, ttl: "5m");
        var stored = (await lease.StoredAsync())!;

        Assert.Equal(TimeSpan.FromMinutes(3), (await lease.RenewAsync(TimeSpan.FromMinutes(3))).Ttl);
        await lease.RevokeAsync();
        await lease.RevokeAsync();

        Assert.All(_engine.Plans, plan => Assert.Equal((Text(stored.Plan), stored.Plan.Ttl, stored.Plan.MaxTtl), (Text(plan), plan.Ttl, plan.MaxTtl)));
        Assert.Equal(3, _engine.Plans.Count);
        Assert.DoesNotContain(lease.Calls, call => call.Step != SecretStep.Create);
        Assert.NotNull(await lease.StoredAsync());
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task The_calls_of_a_dynamic_secret_begin_with_its_creation_and_are_told_apart_by_lease()
    {
        var first = await IssueAsync("dynamic", ttl: "5m");
        var second = await IssueAsync("dynamic", ttl: "5m");
        (await first.ClientRevokesAsync()).AssertDone();

        Assert.Equal([SecretStep.Create, SecretStep.Revoke], first.Calls.Select(call => call.Step));
        Assert.Equal((SecretStep.Create, TimeSpan.FromMinutes(5)), (Assert.Single(second.Calls).Step, second.Calls[0].Plan.Ttl));
        Assert.Equal([first.Id, second.Id, first.Id], _harness.SecretCalls.Select(call => call.Context.LeaseId));
    }

    [Fact]
    public async Task A_revocation_that_the_engine_refuses_is_answered_with_its_error_and_kept_with_the_lease()
    {
        var lease = await IssueAsync("dynamic", ttl: "5m");
        _engine.Refuses = new EngineException(FailureClass.NeedsOperator, "the door is locked");

        (await lease.ClientRevokesAsync()).AssertRefused(400, $"failed to revoke \"{lease.Id}\": the door is locked");

        Assert.Equal("the door is locked", (await lease.StoredAsync())!.LastError);
    }

    [Fact]
    public async Task A_lease_that_is_not_renewable_is_refused_by_the_kernel_and_the_engine_is_not_asked()
    {
        var lease = await IssueAsync("stored", ttl: "5m", more: ""","fixed":true""");

        (await lease.ClientRenewsAsync(TimeSpan.Zero)).AssertRefused(400, "lease is not renewable");

        Assert.Empty(lease.Calls);
    }

    [Fact]
    public async Task A_revocation_of_a_stored_secret_meets_a_conflict_and_runs_again_unless_a_test_wants_none()
    {
        var twice = await IssueAsync("stored", ttl: "5m");
        (await twice.ClientRevokesAsync()).AssertDone();
        Assert.Equal([SecretStep.Revoke, SecretStep.Revoke], twice.Calls.Select(call => call.Step));

        _harness.RunsTwice = false;
        var once = await IssueAsync("stored", ttl: "5m");
        (await once.ClientRevokesAsync()).AssertDone();
        Assert.Equal(SecretStep.Revoke, Assert.Single(once.Calls).Step);
    }

    [Fact]
    public async Task A_stored_secret_has_no_plan_without_its_lease_and_is_made_by_no_step_of_a_test()
    {
        var planning = await Assert.ThrowsAsync<InvalidOperationException>(() => _harness.PlanAsync(Operation.Update, "stored/north"));
        Assert.Equal("stored/north stores its secret with its lease: use IssueAsync", planning.Message);

        var lease = await IssueAsync("stored", ttl: "5m");
        var making = await Assert.ThrowsAsync<InvalidOperationException>(lease.CreateAsync);
        Assert.Equal("a handler makes a secret of kind \"stored\" itself, with its lease: ask the path again", making.Message);
    }

    private Task<HarnessLease> IssueAsync(string kind, string ttl, string more = "") =>
        _harness.IssueAsync(Operation.Update, $"{kind}/north", $$"""{"ttl":"{{ttl}}"{{more}}}""");

    private static string Text(LeasePlan plan) => Encoding.UTF8.GetString(plan.Data.Utf8.Span);

    /// <summary>Gives keys of both kinds.</summary>
    private sealed class KeysEngine : IEngine
    {
        private static readonly Field<TimeSpan> Ttl = Field.Duration("ttl", "How long a key is good.");
        private static readonly Field<bool> Fixed = Field.Boolean("fixed", "The lease cannot be renewed.");

        /// <summary>The plans of all renewals and revocations that ended well.</summary>
        public List<LeasePlan> Plans { get; } = [];

        public EngineException? Refuses { get; set; }

        public ImmutableArray<EnginePath> Paths =>
        [
            new("stored/{door}", "Gives a key that is kept here.")
            {
                Fields = [Ttl, Fixed],
                Write = (request, _) =>
                {
                    request.Storage.Put(request.Path, "key"u8.ToArray());
                    return ValueTask.FromResult<Reply>(new Reply.LeasedData(Plan("stored", request), JsonText.Write(json => json.WriteString("key", "open sesame"))));
                },
            },
            new("dynamic/{door}", "Gives a key that is made elsewhere.")
            {
                Fields = [Ttl, Fixed],
                Write = (request, _) => ValueTask.FromResult<Reply>(new Reply.Leased(Plan("dynamic", request))),
            },
        ];

        public ImmutableArray<ISecretKind> Secrets => [new Stored(this), new Dynamic(this)];

        private static LeasePlan Plan(string kind, EngineRequest request) => new(kind, JsonText.Write(json => json.WriteString("place", request.Path)))
        {
            Ttl = request.Get(Ttl),
            MaxTtl = TimeSpan.FromHours(2),
            Renewable = !request.Get(Fixed),
        };

        private void Note(LeasePlan plan)
        {
            if (Refuses is not null)
            {
                throw Refuses;
            }

            Plans.Add(plan);
        }

        private abstract class Kind(KeysEngine engine) : ISecretKind
        {
            public abstract string Name { get; }

            protected KeysEngine Engine => engine;

            public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation)
            {
                Engine.Note(plan);
                return ValueTask.FromResult(new Renewal(increment, plan.MaxTtl));
            }
        }

        private sealed class Stored(KeysEngine engine) : Kind(engine), IStoredSecret
        {
            public override string Name => "stored";

            public ValueTask RevokeAsync(SecretContext context, IStorageView storage, LeasePlan plan, CancellationToken cancellation)
            {
                Engine.Note(plan);
                storage.Delete((string)plan.Data()["place"]!);
                return ValueTask.CompletedTask;
            }
        }

        private sealed class Dynamic(KeysEngine engine) : Kind(engine), IDynamicSecret
        {
            public override string Name => "dynamic";

            public ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation) =>
                ValueTask.FromResult(new CreatedSecret(JsonText.Write(json => json.WriteString("key", "open sesame"))));

            public ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
            {
                Engine.Note(plan);
                return ValueTask.CompletedTask;
            }
        }
    }
}
