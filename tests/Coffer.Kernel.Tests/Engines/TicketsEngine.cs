using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;

namespace Coffer.Secrets.Tickets;

/// <summary>Gives tickets that are good at a desk until their leases end.</summary>
public sealed class TicketsEngine(IRandom random) : IEngine, IStoredSecret
{
    // The inputs of the paths. A handler reads one by its object: Get gives the default where the client sent nothing, and Has tells that apart.
    private static readonly Field<TimeSpan> Ttl = Field.Duration("ttl", "How long a ticket is good.", TimeSpan.FromMinutes(10));
    private static readonly Field<string> Code = Field.Secret("code", "The ticket to check.");

    public static EngineType Type { get; } = new("tickets", MountClass.Secret, "Tickets for desks.", context => new TicketsEngine(context.Random));

    public ImmutableArray<EnginePath> Paths =>
    [
        new("desks/{desk}", "Manages a desk.") { Fields = [Ttl], Exists = ExistsAsync, Read = ReadAsync, Write = WriteAsync, Delete = DeleteAsync },
        new("desks", "Lists the desks.") { List = ListAsync },
        new("tickets/{desk}", "Gives a ticket for a desk.") { Write = GiveAsync },
        new("check/{desk}", "Says whether a ticket is good at a desk.") { Fields = [Code], Write = CheckAsync },
    ];

    public ImmutableArray<ISecretKind> Secrets => [this];

    public string Name => "ticket";

    public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation) =>
        ValueTask.FromResult(new Renewal(TimeSpan.Zero, plan.MaxTtl));

    // Runs in the commit that forgets the lease.
    public ValueTask RevokeAsync(SecretContext context, IStorageView storage, LeasePlan plan, CancellationToken cancellation)
    {
        using var data = JsonDocument.Parse(plan.Data.Utf8);
        storage.Delete(data.RootElement.GetProperty("key").GetString()!);
        return ValueTask.CompletedTask;
    }

    private static async ValueTask<bool> ExistsAsync(EngineRequest request, CancellationToken cancellation) =>
        await request.Storage.GetAsync($"desk/{request.Param("desk")}", cancellation) is not null;

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation) =>
        await TtlOfAsync(request, cancellation) is { } ttl ? Reply.With(json => json.WriteNumber("ttl", (long)ttl.TotalSeconds)) : Reply.NotFound;

    private static ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        request.Storage.Put($"desk/{request.Param("desk")}", BitConverter.GetBytes(request.Get(Ttl).Ticks));
        return ValueTask.FromResult(Reply.Done);
    }

    private static ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        request.Storage.Delete($"desk/{request.Param("desk")}");
        return ValueTask.FromResult(Reply.Done);
    }

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation) =>
        Reply.Keys(await request.Storage.ListAsync("desk/", cancellation));

    private async ValueTask<Reply> GiveAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (await TtlOfAsync(request, cancellation) is not { } ttl)
        {
            return Reply.Invalid("there is no such desk: write desks/NAME first");
        }

        var code = random.Base62(20);
        var key = $"ticket/{request.Param("desk")}/{code}";
        request.Storage.Put(key, "given"u8.ToArray());
        var plan = new LeasePlan(Name, JsonText.Write(json => json.WriteString("key", key))) { Ttl = ttl };
        return new Reply.LeasedData(plan, JsonText.Write(json => json.WriteString("code", code)));
    }

    private static async ValueTask<Reply> CheckAsync(EngineRequest request, CancellationToken cancellation)
    {
        var known = await request.Storage.GetAsync($"ticket/{request.Param("desk")}/{request.Get(Code)}", cancellation);
        return Reply.With(json => json.WriteBoolean("good", known is not null));
    }

    private static async ValueTask<TimeSpan?> TtlOfAsync(EngineRequest request, CancellationToken cancellation) =>
        await request.Storage.GetAsync($"desk/{request.Param("desk")}", cancellation) is { } ticks ? TimeSpan.FromTicks(BitConverter.ToInt64(ticks.Span)) : null;
}
