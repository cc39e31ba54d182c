using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>An engine with one dynamic secret, a little storage, and nothing else.</summary>
internal sealed class FakeEngine(OutsideWorld world, Action<string, DateTimeOffset>? onTime = null) : IEngine, IDynamicSecret
{
    private static readonly Field<TimeSpan> Ttl = Field.Duration("ttl", "Life of the lease.");
    private static readonly Field<string> Value = Field.Text("value", "Anything.");

    public string Name => "fake";

    public ImmutableArray<ISecretKind> Secrets => [this];

    public ImmutableArray<IEngineTask> Tasks => [new FakeRotation(world)];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("creds/{role}", "Makes a secret.") { Fields = [Ttl], Read = PlanAsync, Write = PlanAsync },
        new("items/{path...}", "Keeps values.") { Fields = [Value], Read = ReadAsync, Write = WriteAsync, Delete = DeleteAsync, List = ListAsync },
        new("rotate", "Replaces a key in two steps.") { Write = (_, _) => ValueTask.FromResult<Reply>(new Reply.Run("key")) },
        new("refused/{path...}", "Keeps a value, and refuses it afterwards.") { Fields = [Value], Write = RefuseAsync },
        new("slow", "Works long, while others change what it has read.") { Write = WorkAsync },
        new("counter", "Counts its writes.") { Write = CountAsync, Read = ReadCountAsync },
        new("headers", "Shows the headers it is given.") { Read = (request, _) => ValueTask.FromResult(Reply.With(json => ShowHeaders(json, request)) with { Headers = [new("X-Made", "by hand"), new("X-Kept", "back")] }) },
        new("open", "Answers anybody.") { Read = (_, _) => ValueTask.FromResult(Reply.With(json => json.WriteBoolean("open", true))), Unauthenticated = true },
    ];

    public static EngineType Type(OutsideWorld world) => new("fake", MountClass.Secret, "for tests", context => new FakeEngine(world, context.OnOutsideTime));

    public async ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
    {
        var name = NameOf(plan);
        await world.CallAsync("create", name, cancellation);
        if (world.Time is { } time)
        {
            onTime?.Invoke("outside.test", time);
        }

        return new CreatedSecret(JsonText.Write(json => json.WriteString("name", name))) { Unsettled = world.Unsettled, ExpiresAt = context.Now + world.EndsAfter };
    }

    public async ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation)
    {
        await world.CallAsync("renew", NameOf(plan), cancellation);
        return new Renewal(plan.Ttl, plan.MaxTtl);
    }

    public async ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
    {
        await world.CallAsync("revoke", NameOf(plan), cancellation);
    }

    private static string NameOf(LeasePlan plan)
    {
        using var document = JsonDocument.Parse(plan.Data.Utf8);
        return document.RootElement.GetProperty("name").GetString()!;
    }

    private static ValueTask<Reply> PlanAsync(EngineRequest request, CancellationToken cancellation)
    {
        var data = JsonText.Write(json => json.WriteString("name", request.LeaseId));
        return ValueTask.FromResult<Reply>(new Reply.Leased(new LeasePlan("fake", data) { Ttl = request.Get(Ttl) }));
    }

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation) =>
        await request.Storage.GetAsync("item/" + request.Param("path"), cancellation) is { } stored
            ? Reply.With(json => json.WriteString("value", Encoding.UTF8.GetString(stored.Span)))
            : Reply.NotFound;

    private static ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        request.Storage.Put("item/" + request.Param("path"), Encoding.UTF8.GetBytes(request.Get(Value)));
        return ValueTask.FromResult(Reply.Done);
    }

    private static ValueTask<Reply> RefuseAsync(EngineRequest request, CancellationToken cancellation)
    {
        request.Storage.Put("item/" + request.Param("path"), Encoding.UTF8.GetBytes(request.Get(Value)));
        request.Storage.Delete("item/kept");
        return ValueTask.FromResult<Reply>(Reply.Invalid("refused after all"));
    }

    private static ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        request.Storage.Delete("item/" + request.Param("path"));
        return ValueTask.FromResult(Reply.Done);
    }

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation) =>
        Reply.Keys(await request.Storage.ListAsync("item/" + (request.Param("path") is { Length: > 0 } path ? path + "/" : ""), cancellation));

    private static async ValueTask<Reply> CountAsync(EngineRequest request, CancellationToken cancellation)
    {
        var count = await request.Storage.GetAsync("counter", cancellation) is { } stored ? BitConverter.ToInt64(stored.Span) : 0;
        await Task.Yield();
        request.Storage.Put("counter", BitConverter.GetBytes(count + 1));
        return Reply.Done;
    }

    private async ValueTask<Reply> WorkAsync(EngineRequest request, CancellationToken cancellation)
    {
        var reply = await CountAsync(request, cancellation);
        request.Memory.Remember("work", () => world.NoteCall("work"));
        await world.CallAsync("between", "runs", cancellation);
        return reply;
    }

    private static async ValueTask<Reply> ReadCountAsync(EngineRequest request, CancellationToken cancellation)
    {
        var count = await request.Storage.GetAsync("counter", cancellation) is { } stored ? BitConverter.ToInt64(stored.Span) : 0;
        return Reply.With(json => json.WriteNumber("count", count));
    }

    private static void ShowHeaders(System.Text.Json.Utf8JsonWriter json, EngineRequest request)
    {
        foreach (var (name, values) in request.Headers)
        {
            json.WriteString(name, string.Join(", ", values));
        }
    }
}
