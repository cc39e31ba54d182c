using System.Collections.Concurrent;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Rotations;

/// <summary>
/// Runs the rotations of mounts. That one is under way is durable from its first commit on, so one that a crash or a seal cut off is taken up
/// again when the server is next unsealed, and one that could not finish is tried again.
/// </summary>
/// <param name="stop">Cancelled at seal.</param>
public sealed class MountRotations(Transactor transactions, RouterFactory routers, TimeProvider clock, Action<Exception> onFailure, CancellationToken stop)
{
    private const string UnderWay = "rotation/";
    private const int PageMax = 1000;
    private static readonly TimeSpan TryAgainEvery = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Lazy<Task<Reply>>> _running = new(StringComparer.Ordinal);

    /// <summary>Remembers, with whatever else a request commits, that a rotation is under way.</summary>
    public static void Begin(UnitOfWork work, string mountUuid, string rotation) => work.Put(KeyOf(mountUuid, rotation), Array.Empty<byte>());

    /// <summary>Runs a rotation that is under way; who asks for one that is running already waits for the same.</summary>
    public Task<Reply> RunAsync(string mountUuid, string rotation) => RunAsync(KeyOf(mountUuid, rotation));

    /// <summary>Takes up what is under way, now and every few minutes, until the server is sealed.</summary>
    public async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // Side by side: one whose outside system hangs holds up no other.
                await Task.WhenAll((await transactions.Begin().ScanAsync(UnderWay, null, PageMax, stop)).Select(TakeUpAsync));
            }
            catch (Exception error) when (error is not OutOfMemoryException && !stop.IsCancellationRequested)
            {
                onFailure(error);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(TryAgainEvery, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string KeyOf(string mountUuid, string rotation) => $"{UnderWay}{mountUuid}/{rotation}";

    private async Task TakeUpAsync(string key)
    {
        try
        {
            stop.ThrowIfCancellationRequested();
            if (await RunAsync(key) is Reply.Refused refused)
            {
                onFailure(new InvalidOperationException($"a rotation that was under way: {string.Join("; ", refused.Error.Messages)}"));
            }
        }
        catch (Exception error) when (Janitor.IsOfOneEntry(error))
        {
            // The others do not wait for it.
            onFailure(error);
        }
    }

    private Task<Reply> RunAsync(string key) =>
        _running.GetOrAdd(key, added => new Lazy<Task<Reply>>(() => Task.Run(() => AttemptAsync(added), CancellationToken.None))).Value;

    private async Task<Reply> AttemptAsync(string key)
    {
        try
        {
            var parts = key[UnderWay.Length..].Split('/', 2);
            var work = transactions.Begin();
            var table = await work.GetAsync(MountTable.StorageKey, KernelJson.Default.MountTable, CancellationToken.None);
            var mounted = table is null ? null : routers.For(table).FindByUuid(parts[0]);
            using var use = mounted?.Instance.Enter() ?? default;
            var outcome = mounted?.RotationOf(parts[1]) is { } rotation
                ? await rotation.RunAsync(new Context(transactions, clock, mounted.Mount.StoragePrefix), stop)
                : new RotationOutcome(Reply.NotFound);
            if (outcome.IsOver)
            {
                await transactions.RunAsync(
                    ending =>
                    {
                        ending.Delete(key);
                        return ValueTask.CompletedTask;
                    },
                    CancellationToken.None);
            }

            return outcome.Reply;
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private sealed class Context(Transactor transactions, TimeProvider clock, string prefix) : IRotationContext
    {
        public DateTimeOffset Now => clock.GetUtcNow();

        public IStorageReader Read() => new LatestReader(transactions, prefix);

        public ValueTask CommitAsync(Func<IStorageView, ValueTask> change, CancellationToken cancellation) =>
            transactions.RunAsync(work => change(new StorageView(work, prefix)), cancellation);
    }
}
