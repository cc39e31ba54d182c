using System.Collections.Immutable;
using System.Text;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests;

public sealed class EngineHarnessTests
{
    private readonly EngineHarness _harness = new(new EngineType("notes", MountClass.Secret, "Notes.", _ => new NotesEngine()));

    [Fact]
    public async Task A_refusal_takes_back_what_the_handler_wrote()
    {
        (await _harness.WriteAsync("notes/a", """{"text":"bad"}""")).AssertRefused(400, "bad text");

        Assert.Empty(_harness.Store.Keys);
    }

    [Fact]
    public async Task A_write_is_a_create_until_the_entry_exists()
    {
        (await _harness.WriteAsync("notes/a", """{"text":1}""")).AssertDone();
        Assert.Equal(Operation.Create, _harness.LastOperation);

        (await _harness.WriteAsync("notes/a", """{"text":"two"}""")).AssertDone();
        Assert.Equal(Operation.Update, _harness.LastOperation);
        Assert.Equal("two", _harness.Store.Text("notes/a"));
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
                    request.Storage.Put(request.Path, Encoding.UTF8.GetBytes(request.Get(Text)));
                    return ValueTask.FromResult(request.Get(Text) == "bad" ? Reply.Invalid("bad text") : Reply.Done);
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
}
