using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Coffer.Kernel.Mounts;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;

namespace Coffer.Testing.Engines;

/// <summary>Stands between the kernel and the engine under test: passes every call on, and notes what the engine says.</summary>
internal class WatchedEngine : IEngine, IAsyncDisposable
{
    private static readonly MethodInfo Clone = typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly PropertyInfo Storage = typeof(EngineRequest).GetProperty(nameof(EngineRequest.Storage))!;

    private readonly IEngine _inner;
    private readonly EngineHarness _harness;

    private WatchedEngine(IEngine inner, EngineHarness harness)
    {
        (_inner, _harness) = (inner, harness);
        Paths = [.. inner.Paths.Select(Watched)];
        Secrets = [.. inner.Secrets.Select(secret => secret is IDynamicSecret dynamic ? new WatchedSecret(dynamic, harness) : secret)];
        Tasks = [.. inner.Tasks.Select(task => new WatchedTask(task, harness))];
    }

    public ImmutableArray<EnginePath> Paths { get; }

    public ImmutableArray<ISecretKind> Secrets { get; }

    public ImmutableArray<IEngineTask> Tasks { get; }

    public static WatchedEngine Over(IEngine inner, EngineHarness harness) =>
        inner is IAuthMethod method ? new WatchedMethod(method, harness) : new WatchedEngine(inner, harness);

    public ValueTask DisposeAsync() => EngineInstance.DisposeAsync(_inner);

    private EnginePath Watched(EnginePath row) => row with
    {
        Read = Watched(row.Read),
        List = Watched(row.List),
        Write = Watched(row.Write),
        Patch = Watched(row.Patch),
        Delete = Watched(row.Delete),
        Exists = row.Exists is not { } exists ? null : (request, cancellation) => exists(CountedOf(request, isHandler: false), cancellation),
    };

    private Handler? Watched(Handler? handler) => handler is null ? null : async (request, cancellation) =>
    {
        var ask = _harness.AskOf(request.Id);
        var reply = await handler(CountedOf(request, isHandler: true), cancellation);
        ask.Note(request, reply);
        if (ask.Runs == 1 && _harness.RunsTwice)
        {
            await _harness.TouchAsync(MountTable.StorageKey);
        }

        return reply;
    };

    /// <summary>The same request to the last member, but for its storage, which is counted.</summary>
    private EngineRequest CountedOf(EngineRequest request, bool isHandler)
    {
        var copy = (EngineRequest)Clone.Invoke(request, null)!;
        Storage.SetValue(copy, _harness.AskOf(request.Id).Count(request.Storage, _harness.Shared, isHandler));
        return copy;
    }

    private sealed class WatchedMethod(IAuthMethod inner, EngineHarness harness) : WatchedEngine(inner, harness), IAuthMethod
    {
        public ValueTask<LoginRenewal> RenewAsync(LoginRenewalRequest request, CancellationToken cancellation) => inner.RenewAsync(request, cancellation);
    }

    private sealed class WatchedSecret(IDynamicSecret inner, EngineHarness harness) : IDynamicSecret
    {
        public string Name => inner.Name;

        public async ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
        {
            var ask = harness.AskOfLease(context.LeaseId);
            ask.Secret = context;
            if (ask.OnlyPlans)
            {
                throw new EngineException(FailureClass.Invalid, "the test makes the secret itself") { NothingMade = true };
            }

            try
            {
                return ask.Created = await inner.CreateAsync(context, plan, cancellation);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                ask.Failure = ExceptionDispatchInfo.Capture(error);
                throw;
            }
        }

        public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation) =>
            inner.RenewAsync(context, plan, increment, cancellation);

        public ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation) => inner.RevokeAsync(context, plan, cancellation);
    }
}
