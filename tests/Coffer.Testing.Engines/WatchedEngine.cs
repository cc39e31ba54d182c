using System.Collections.Immutable;
using System.Reflection;
using Coffer.Kernel.Mounts;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Tasks;

namespace Coffer.Testing.Engines;

/// <summary>Passes each call of the kernel on to the engine under test, and notes what the engine says.</summary>
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
        Secrets = [.. inner.Secrets.Select(Watched)];
        Tasks = [.. inner.Tasks.Select(task => new WatchedTask(task, harness))];
    }

    public ImmutableArray<EnginePath> Paths { get; }

    public ImmutableArray<ISecretKind> Secrets { get; }

    public ImmutableArray<IEngineTask> Tasks { get; }

    public static WatchedEngine Over(IEngine inner, EngineHarness harness) =>
        inner is IAuthMethod method ? new WatchedMethod(method, harness) : new WatchedEngine(inner, harness);

    public ValueTask DisposeAsync() => EngineInstance.DisposeAsync(_inner);

    private ISecretKind Watched(ISecretKind secret) => secret switch
    {
        IDynamicSecret dynamic => new WatchedDynamicSecret(dynamic, _harness),
        IStoredSecret stored => new WatchedStoredSecret(stored, _harness),
        _ => secret,
    };

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

    /// <summary>A copy of the request whose storage is counted.</summary>
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
}
