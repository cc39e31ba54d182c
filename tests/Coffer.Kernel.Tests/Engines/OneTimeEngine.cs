using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;

namespace Coffer.Kernel.Tests.Engines;

/// <summary>Gives passwords that it keeps in its own part of the store until they are used or their leases end.</summary>
internal sealed class OneTimeEngine(IRandom random) : IEngine, IStoredSecret
{
    private static readonly Field<TimeSpan> Ttl = Field.Duration("ttl", "Life of the lease.");
    private static readonly Field<string> Otp = Field.Secret("otp", "The password to use up.");

    /// <summary>Runs at each attempt to take a password out of the store.</summary>
    public Func<Task> WhileRevoking { get; set; } = () => Task.CompletedTask;

    public int Revocations { get; private set; }

    public string Name => "otp";

    public ImmutableArray<ISecretKind> Secrets => [this];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("creds", "Gives a password.") { Fields = [Ttl], Write = GiveAsync },
        new("verify", "Uses a password up.") { Fields = [Otp], Write = VerifyAsync },
        new("known", "Lists the passwords that are good.") { List = async (request, cancellation) => Reply.Keys(await request.Storage.ListAsync("otp/", cancellation)) },
        new("confused", "Plans a kind that it does not have.") { Write = (_, _) => ValueTask.FromResult<Reply>(new Reply.Leased(new LeasePlan("otp", JsonText.Write(_ => { })))) },
    ];

    public static EngineType Type(Action<OneTimeEngine>? onMade = null) => new("onetime", MountClass.Secret, "for tests", context =>
    {
        var engine = new OneTimeEngine(context.Random);
        onMade?.Invoke(engine);
        return engine;
    });

    public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation) =>
        ValueTask.FromResult(new Renewal(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)));

    public async ValueTask RevokeAsync(SecretContext context, IStorageView storage, LeasePlan plan, CancellationToken cancellation)
    {
        Revocations++;
        using var data = JsonDocument.Parse(plan.Data.Utf8);
        var key = data.RootElement.GetProperty("key").GetString()!;
        await storage.GetAsync(key, cancellation);
        await WhileRevoking();
        storage.Delete(key);
    }

    private ValueTask<Reply> GiveAsync(EngineRequest request, CancellationToken cancellation)
    {
        var password = random.Base62(20);
        request.Storage.Put("otp/" + password, Encoding.UTF8.GetBytes(request.Caller.DisplayName));
        var plan = new LeasePlan(Name, JsonText.Write(json => json.WriteString("key", "otp/" + password))) { Ttl = request.Get(Ttl) };
        return ValueTask.FromResult<Reply>(new Reply.LeasedData(plan, JsonText.Write(json => json.WriteString("key", password))));
    }

    private static async ValueTask<Reply> VerifyAsync(EngineRequest request, CancellationToken cancellation)
    {
        var key = "otp/" + request.Get(Otp);
        if (await request.Storage.GetAsync(key, cancellation) is null)
        {
            return Reply.Invalid("the password is not known");
        }

        request.Storage.Delete(key);
        return Reply.Done;
    }
}
