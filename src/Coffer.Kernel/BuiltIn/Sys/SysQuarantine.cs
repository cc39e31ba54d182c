using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/quarantine</c>: what an older copy of the store would end, and its release.</summary>
internal sealed class SysQuarantine(Quarantine quarantine, Transactor transactions, TimeProvider clock, ILogger log)
{
    /// <summary>Entries shown of each kind.</summary>
    private const int ShownMax = 1000;

    public ImmutableArray<EnginePath> Paths =>
    [
        new("quarantine", "Shows whether the store is an older copy, the kinds of entries that were changed behind the server's back, and the leases and tokens that would end at once if it were released.") { Read = ReadAsync, Sudo = true },
        new("quarantine/release", "Goes on with an older copy of the store: what is past its end in it ends, and its tokens are good again.") { Write = ReleaseAsync, Sudo = true },
    ];

    private async ValueTask<Reply> ReadAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (quarantine.Older is not { } older)
        {
            return Reply.With(json => json.WriteBoolean("active", false));
        }

        var (leases, tokens, isAll) = await DueAsync(request, cancellation);
        return Reply.With(json =>
        {
            json.WriteBoolean("active", true);
            Write(json, "copy", older.Found);
            if (older.Known is { } known)
            {
                Write(json, "last_known", known);
                json.WriteNumber("commits_missing", known.Generation - older.Found.Generation);
            }

            json.WriteStartArray("touched");
            foreach (var kind in older.Touched)
            {
                json.WriteStringValue(kind);
            }

            json.WriteEndArray();
            Write(json, "leases_due", leases);
            Write(json, "tokens_due", tokens);
            json.WriteBoolean("complete", isAll);
        });
    }

    private ValueTask<Reply> ReleaseAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (quarantine.Older is not { } older)
        {
            return ValueTask.FromResult(Reply.Invalid("there is no quarantine: the store is the one that was last in use"));
        }

        return ValueTask.FromResult(Reply.Done.Then(async _ =>
        {
            quarantine.Release();
            SealLog.OlderCopyReleased(log, string.Join(", ", older.Touched));

            // This commit makes the copy the newest known state of the store, so the next start accepts it too.
            await transactions.RunAsync(
                work =>
                {
                    ClockNote.Put(work, clock.GetUtcNow());
                    return ValueTask.CompletedTask;
                },
                CancellationToken.None);
            return null;
        }));
    }

    private static async ValueTask<(List<Due> Leases, List<Due> Tokens, bool IsAll)> DueAsync(KernelRequest request, CancellationToken cancellation)
    {
        var (leases, tokens) = (new List<Due>(), new List<Due>());
        string? after = null;
        while (true)
        {
            var keys = await request.Work.ScanAsync(DueKeys.All, after, Limits.LeasesPerPass, cancellation);
            foreach (var key in keys)
            {
                var (time, isToken, name) = DueKeys.Parse(key);
                if (time > request.Now)
                {
                    return (leases, tokens, true);
                }

                var list = isToken ? tokens : leases;
                if (list.Count == ShownMax)
                {
                    return (leases, tokens, false);
                }

                list.Add(new Due(name, time));
            }

            if (keys.Count < Limits.LeasesPerPass)
            {
                return (leases, tokens, true);
            }

            after = keys[^1];
        }
    }

    private static void Write(Utf8JsonWriter json, string name, StoreMark mark)
    {
        json.WriteStartObject(name);
        json.WriteNumber("generation", mark.Generation);
        json.WriteString("time", Rfc3339.Format(mark.Time));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, List<Due> due)
    {
        json.WriteStartArray(name);
        foreach (var (id, time) in due)
        {
            json.WriteStartObject();
            json.WriteString(name == "tokens_due" ? "accessor" : "lease_id", id);
            json.WriteString("due", Rfc3339.Format(time));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private readonly record struct Due(string Name, DateTimeOffset Time);
}
