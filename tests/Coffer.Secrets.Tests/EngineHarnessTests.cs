using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests;

public sealed partial class EngineHarnessTests : IAsyncDisposable
{
    private readonly NotesEngine _engine = new();
    private readonly EngineHarness _harness;

    public EngineHarnessTests() => _harness = new EngineHarness(new EngineType("notes", MountClass.Secret, "Notes.", _ => _engine));

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_refusal_takes_back_what_the_handler_wrote()
    {
        (await _harness.WriteAsync("notes/a", """{"text":"bad"}""")).AssertRefused(400, "bad text");

        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task A_write_is_a_create_until_the_entry_exists()
    {
        (await _harness.WriteAsync("notes/a", """{"text":1}""")).AssertDone();
        Assert.Equal(Operation.Create, _harness.LastOperation);

        (await _harness.WriteAsync("notes/a", """{"text":"two"}""")).AssertDone();
        Assert.Equal(Operation.Update, _harness.LastOperation);
        Assert.Equal("two", await _harness.Store.TextAsync("notes/a"));
    }

    [Fact]
    public async Task A_field_of_the_wrong_type_is_refused_before_the_handler_runs() =>
        (await _harness.WriteAsync("notes/a", """{"text":[]}""")).AssertRefused(
            400, "Field validation failed: error converting input for field \"text\": expected text");

    [Fact]
    public async Task Unknown_paths_and_operations_are_told_apart()
    {
        Assert.Equal(404, (await _harness.ReadAsync("other")).Status());
        Assert.Equal(405, (await _harness.DeleteAsync("notes/a")).Status());
    }

    [Fact]
    public async Task A_query_string_becomes_fields()
    {
        var reply = await _harness.ReadAsync("notes/a?text=from%20query");

        Assert.Equal("from query", (string?)reply.Data()["text"]);
    }

    [Fact]
    public async Task A_listing_shows_keys_and_folders_in_order_of_bytes()
    {
        foreach (var name in (string[])["b", "a/x", "a0", "a-b", "a"])
        {
            await _harness.WriteAsync($"notes/{name}", """{"text":"t"}""");
        }

        Assert.Equal(["a", "a-b", "a/", "a0", "b"], (await _harness.ListAsync("notes/")).Keys());
    }

    [Fact]
    public async Task Every_write_meets_a_conflict_and_runs_again_unless_a_test_wants_none()
    {
        await _harness.WriteAsync("notes/a", """{"text":"t"}""");
        Assert.Equal(2, _engine.Writes);

        _harness.RunsTwice = false;
        await _harness.WriteAsync("notes/a", """{"text":"t"}""");
        Assert.Equal(3, _engine.Writes);
    }

    [Fact]
    public async Task An_engine_that_changes_what_others_read_too_is_found()
    {
        await _harness.Store.ChangeAsync(view => view.Put("shared", """{"Changes":0}"""u8.ToArray()));

        var found = await Assert.ThrowsAsync<InvalidOperationException>(() => _harness.ReadAsync("spoil"));

        Assert.Equal("the engine changed the shared instance of \"shared\"", found.Message);
    }

    [Theory]
    [InlineData("bad-list")]
    [InlineData("bad-key")]
    public async Task A_key_or_a_prefix_that_no_engine_may_use_is_an_error(string path) =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _harness.ReadAsync(path));

    [Fact]
    public async Task A_secret_that_is_issued_has_a_lease_of_the_kernels_and_one_that_is_only_planned_has_none()
    {
        await _harness.PlanAsync(Operation.Read, "creds");
        Assert.Empty(await _harness.LeasesAsync());

        var lease = await _harness.IssueAsync(Operation.Read, "creds");
        Assert.Equal([lease.Id], await _harness.LeasesAsync());
    }

    [Fact]
    public async Task A_lease_goes_from_plan_to_revocation()
    {
        var lease = await _harness.IssueAsync(Operation.Read, "creds");

        Assert.StartsWith("notes/creds/", lease.Id, StringComparison.Ordinal);
        Assert.Equal(lease.Id, (string?)lease.Created!.Data()["made"]);
        Assert.Equal(TimeSpan.FromMinutes(5), (await lease.RenewAsync(TimeSpan.FromMinutes(5))).Ttl);
        await lease.RevokeAsync();
        await lease.RevokeAsync();
    }

    private sealed class NotesEngine : IEngine, IDynamicSecret
    {
        private static readonly Field<string> Text = Field.Text("text", "What to keep.");

        public int Writes { get; private set; }

        public ImmutableArray<EnginePath> Paths =>
        [
            new("notes/{path...}", "Keeps notes.")
            {
                Fields = [Text],
                Exists = async (request, cancellation) => await request.Storage.GetAsync(request.Path, cancellation) is not null,
                Read = (request, _) => ValueTask.FromResult(Reply.With(json => json.WriteString("text", request.Get(Text)))),
                List = async (request, cancellation) => Reply.Keys(await request.Storage.ListAsync(request.Path, cancellation)),
                Write = (request, _) =>
                {
                    Writes++;
                    request.Storage.Put(request.Path, Encoding.UTF8.GetBytes(request.Get(Text)));
                    return ValueTask.FromResult(request.Get(Text) == "bad" ? Reply.Invalid("bad text") : Reply.Done);
                },
            },
            new("spoil", "Changes an instance that the kernel keeps.")
            {
                Read = async (request, cancellation) =>
                {
                    (await request.Storage.GetAsync("shared", NotesJson.Default.Shared, cancellation))!.Changes++;
                    return Reply.Done;
                },
            },
            new("bad-list", "Lists what is no folder.")
            {
                Read = async (request, cancellation) => Reply.Keys(await request.Storage.ListAsync("notes", cancellation)),
            },
            new("bad-key", "Writes what is no entry.")
            {
                Read = (request, _) =>
                {
                    request.Storage.Put("notes/", new byte[1]);
                    return ValueTask.FromResult(Reply.Done);
                },
            },
            new("creds", "Makes a credential.")
            {
                Read = (request, _) => ValueTask.FromResult<Reply>(
                    new Reply.Leased(new LeasePlan("note", JsonText.Write(json => json.WriteString("name", request.LeaseId))))),
            },
        ];

        public ImmutableArray<ISecretKind> Secrets => [this];

        public string Name => "note";

        public ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation) =>
            ValueTask.FromResult(new CreatedSecret(JsonText.Write(json => json.WriteString("made", (string?)plan.Data()["name"]))));

        public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation) =>
            ValueTask.FromResult(new Renewal(increment, TimeSpan.Zero));

        public ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation) => ValueTask.CompletedTask;
    }

    private sealed class Shared
    {
        public int Changes { get; set; }
    }

    [JsonSerializable(typeof(Shared))]
    private sealed partial class NotesJson : JsonSerializerContext;
}
