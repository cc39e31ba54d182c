using System.Text.Json;
using Coffer.Kernel.Background;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.Rotations;

/// <summary>
/// Runs the rotations of mounts. The store says which are under way, from their first commit on, and when the next try of each is due; so one that a crash or
/// a seal cut off is taken up when the server is next unsealed, and one that could not finish is tried again.
/// </summary>
public sealed class MountRotations : IBackgroundWork, IDisposable
{
    private const string UnderWay = "rotation/";
    private const int PageMax = 1000;
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMinutes(5);

    private readonly Transactor _transactions;
    private readonly RouterFactory _routers;
    private readonly TimeProvider _clock;
    private readonly Action<Exception> _onFailure;
    private readonly CancellationToken _stop;
    private readonly DueSignal _due = new();
    private readonly SharedRuns<Reply> _runs;

    /// <param name="stop">Cancelled at seal.</param>
    internal MountRotations(
        Transactor transactions, RouterFactory routers, Effects effects, TimeProvider clock, Action<Exception> onFailure, CancellationToken stop)
    {
        _transactions = transactions;
        _routers = routers;
        _clock = clock;
        _onFailure = onFailure;
        _stop = stop;
        _runs = new SharedRuns<Reply>(effects, _due, stop);
    }

    string IBackgroundWork.Name => "rotations of mounts";

    DueSignal IBackgroundWork.Due => _due;

    bool IBackgroundWork.WaitsForRelease => true;

    TimeSpan IBackgroundWork.RetryAfter => TryAgainAfter;

    /// <summary>Remembers, with whatever else a request commits, that a rotation is under way and due at once.</summary>
    public static void Begin(UnitOfWork work, string mountUuid, string rotation) => work.Put(KeyOf(mountUuid, rotation), Array.Empty<byte>());

    /// <summary>Has a rotation run that is under way. Requests that ask for the same one at the same time wait for the same run.</summary>
    public Task<Reply> RunAsync(string mountUuid, string rotation) => _runs.AskAsync(KeyOf(mountUuid, rotation));

    public void Dispose() => _runs.Dispose();

    /// <summary>Begins what is due, side by side: one whose outside system hangs holds up no other.</summary>
    async ValueTask<DateTimeOffset> IBackgroundWork.StepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var asked = _runs.Asked;
        foreach (var key in asked)
        {
            _runs.TryBegin(key, () => AttemptAsync(key));
        }

        var next = now + TryAgainAfter;
        var work = _transactions.Begin();
        foreach (var key in await work.ScanAsync(UnderWay, null, PageMax, cancellation))
        {
            var due = await DueOfAsync(work, key, cancellation);
            if (due > now)
            {
                next = due < next ? due : next;
            }
            else
            {
                _runs.TryBegin(key, () => AttemptUnaskedAsync(key));
            }
        }

        return next;
    }

    private static string KeyOf(string mountUuid, string rotation) => $"{UnderWay}{mountUuid}/{rotation}";

    private static async ValueTask<DateTimeOffset> DueOfAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        await work.GetAsync(key, cancellation) is { Length: > 0 } note
            ? JsonSerializer.Deserialize(note.Span, KernelJson.Default.RotationNote)!.Next
            : DateTimeOffset.MinValue;

    private async Task<Reply> AttemptUnaskedAsync(string key)
    {
        try
        {
            var reply = await AttemptAsync(key);
            if (reply is Reply.Refused refused)
            {
                _onFailure(new InvalidOperationException($"a rotation that was under way: {string.Join("; ", refused.Error.Messages)}"));
            }

            return reply;
        }
        catch (Exception error) when (error is not OutOfMemoryException && !_stop.IsCancellationRequested)
        {
            _onFailure(error);
            throw;
        }
    }

    private async Task<Reply> AttemptAsync(string key)
    {
        RotationOutcome outcome;
        try
        {
            outcome = await RunAsync(key);
        }
        catch (Exception error) when (error is not OutOfMemoryException && !_stop.IsCancellationRequested)
        {
            await TryNoteFailureAsync(key);
            throw;
        }

        if (outcome.IsOver)
        {
            await ForgetAsync(key);
        }
        else
        {
            await NoteNextAsync(key);
        }

        return outcome.Reply;
    }

    private async ValueTask<RotationOutcome> RunAsync(string key)
    {
        var parts = key[UnderWay.Length..].Split('/', 2);
        var work = _transactions.Begin();
        var table = await work.GetAsync(MountTable.StorageKey, KernelJson.Default.MountTable, CancellationToken.None);
        var mounted = table is null ? null : _routers.For(table).FindByUuid(parts[0]);
        using var use = mounted?.Instance.Enter() ?? default;
        return mounted?.RotationOf(parts[1]) is { } rotation
            ? await rotation.RunAsync(new Context(_transactions, _clock, mounted.Mount.StoragePrefix), _stop)
            : new RotationOutcome(Reply.NotFound);
    }

    private async ValueTask ForgetAsync(string key) => await _transactions.RunAsync(
        work =>
        {
            work.Delete(key);
            return ValueTask.CompletedTask;
        },
        CancellationToken.None);

    private async ValueTask NoteNextAsync(string key) => await _transactions.RunAsync(
        async work =>
        {
            if (await work.GetAsync(key, CancellationToken.None) is not null)
            {
                work.Put(key, new RotationNote(_clock.GetUtcNow() + TryAgainAfter), KernelJson.Default.RotationNote);
            }
        },
        CancellationToken.None);

    /// <summary>The failure itself counts for more than that its note could not be stored: then the next step tries again.</summary>
    private async ValueTask TryNoteFailureAsync(string key)
    {
        try
        {
            await NoteNextAsync(key);
        }
        catch (StoreUnavailableException error)
        {
            _onFailure(error);
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
