using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Leases whose secrets could not be removed: Vault's "irrevocable" ones, and beyond Vault what each needs, retrying and forgetting.</summary>
internal sealed class SysAttention(Transactor transactions, LeaseRevoker revoker, RevocationLanes lanes)
{
    private static readonly Field<string> Kind = Field.Text("type", "Only irrevocable.");
    private static readonly Field<string> VaultLimit = Field.Text("limit", "Most leases on the list; none for as many as one answer may hold.");
    private static readonly Field<string> MountPath = Field.Text("mount", "Path of the mount; empty for all.");
    private static readonly Field<string> After = Field.Text("after", "The cursor that the page before ended with.");
    private static readonly Field<long> Limit = Field.Integer("limit", "Most leases on the page.", 100);
    private static readonly Field<string> LeaseId = Field.Text("lease_id", "Id of the lease.");
    private static readonly Field<string> Reason = Field.Text("reason", "Why it is forgotten although its secret may live on: kept with the tombstone.");

    /// <summary>Vault's default for this list.</summary>
    private const int VaultListMax = 10_000;

    public ImmutableArray<EnginePath> Paths =>
    [
        new("leases", "Lists the leases whose secrets could not be removed.") { Fields = [Kind, VaultLimit], Query = [Kind, VaultLimit], Read = IrrevocableAsync, Sudo = true },
        new("leases/count", "Counts the leases whose secrets could not be removed.") { Fields = [Kind], Query = [Kind], Read = CountAsync, Sudo = true },
        new("leases/attention", "Lists the leases whose secrets could not be removed, with what each needs.")
        {
            Fields = [MountPath, After, Limit], Query = [MountPath, After, Limit], Read = ListAsync, List = ListAsync, Sudo = true,
        },
        new("leases/retry", "Tries once more, now, to remove the secret of a lease.") { Fields = [LeaseId], Write = RetryAsync, Sudo = true },
        new("leases/forget", "Forgets a lease whose secret cannot be removed, and keeps a tombstone.") { Fields = [LeaseId, Reason], Write = ForgetAsync, Sudo = true },
        new("leases/tombstones", "Lists the leases that were forgotten in the last 90 days although their secrets may live on.")
        {
            Fields = [After, Limit], Query = [After, Limit], Read = TombstonesAsync, List = TombstonesAsync, Sudo = true,
        },
    ];

    private async ValueTask<Reply> IrrevocableAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (KindProblem(request) is { } wrong)
        {
            return wrong;
        }

        var asked = request.Get(VaultLimit);
        var limit = VaultListMax;
        if (asked.Length > 0 && asked != "none" && !(int.TryParse(asked, out limit) && limit is > 0 and <= VaultListMax))
        {
            return Reply.Invalid($"limit must be \"none\" or a number between 1 and {VaultListMax}; sys/leases/attention gives longer lists in pages");
        }

        var leases = new List<LeaseRecord>();
        var next = "";
        do
        {
            // Read outside the request's unit of work: of so many leases, some would have changed by the time it commits.
            (var page, next) = await Attention.PageAsync(
                transactions.Begin(), "", next, Math.Min(Limits.LeasesPerPass, limit - leases.Count), cancellation);
            leases.AddRange(page);
        }
        while (next.Length > 0 && leases.Count < limit);

        ImmutableArray<string> warnings = next.Length == 0 ? [] : [$"only the first {leases.Count} are listed; sys/leases/attention gives all of them in pages"];
        var reply = Reply.With(json =>
        {
            json.WriteNumber("lease_count", leases.Count);
            json.WriteStartArray("leases");
            foreach (var lease in leases)
            {
                json.WriteStartObject();
                json.WriteString("lease_id", lease.Id);
                json.WriteString("error", lease.LastError);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        return reply with { Warnings = warnings };
    }

    private async ValueTask<Reply> CountAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (KindProblem(request) is { } wrong)
        {
            return wrong;
        }

        var counts = await Attention.CountAsync(transactions, cancellation);
        return Reply.With(json =>
        {
            json.WriteStartObject("counts");
            foreach (var (uuid, count) in counts)
            {
                json.WriteNumber(request.Router.FindByUuid(uuid)?.Mount.Accessor ?? uuid, count);
            }

            json.WriteEndObject();
            json.WriteNumber("lease_count", counts.Values.Sum());
        });
    }

    private static Reply? KindProblem(KernelRequest request) => request.Get(Kind) == "irrevocable"
        ? null
        : Reply.Invalid("type must be \"irrevocable\": other leases are listed by sys/leases/lookup/PREFIX");

    private async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (LimitProblem(request) is { } wrong)
        {
            return wrong;
        }

        MountEntry? mount = null;
        if (request.Get(MountPath).Trim('/') is { Length: > 0 } path && (mount = request.Router.Table.Find(path + "/")) is null)
        {
            return Reply.Invalid("no mount at the path of 'mount'; see sys/mounts and sys/auth");
        }

        var (leases, next) = await Attention.PageAsync(request.Work, mount?.Uuid ?? "", request.Get(After), (int)request.Get(Limit), cancellation);
        var late = lanes.Late().Where(behind => mount is null || behind.MountUuid == mount.Uuid).ToArray();
        return PageOf(leases, next, (json, lease) => Write(json, lease, request.Router), json =>
        {
            json.WriteStartArray("late");
            foreach (var behind in late)
            {
                json.WriteStartObject();
                json.WriteString("mount", request.Router.FindByUuid(behind.MountUuid)?.Mount.Path ?? "");
                json.WriteNumber("leases", behind.Count);
                json.WriteBoolean("more", behind.HasMore);
                json.WriteNumber("in_flight", behind.InFlight);
                json.WriteString("oldest_due", Rfc3339.Format(behind.OldestDue));
                json.WriteNumber("late_seconds", (long)behind.By.TotalSeconds);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, LeaseRecord lease, Router router)
    {
        json.WriteString("lease_id", lease.Id);
        json.WriteString("mount", router.FindByUuid(lease.MountUuid)?.Mount.Path ?? "");
        json.WriteString("since", Rfc3339.Format(lease.AttentionSince!.Value));
        json.WriteNumber("attempts", lease.Attempts);
        json.WriteString("next_attempt", Rfc3339.Format(lease.Due));
        json.WriteString("error", lease.LastError);
        json.WriteString("error_class", lease.LastFailure switch
        {
            FailureClass.Throttled => "throttled",
            FailureClass.NeedsOperator => "needs-operator",
            FailureClass.Invalid => "invalid",
            _ => "transient",
        });
        json.WriteString("remedy", Attention.RemedyOf(lease));
    }

    private ValueTask<Reply> RetryAsync(EngineRequest engineRequest, CancellationToken cancellation) =>
        OfFailedAsync(engineRequest, force: null, cancellation);

    private ValueTask<Reply> ForgetAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var reason = request.Get(Reason).Trim();
        return reason.Length is 0 or > Limits.ReasonCharactersMax
            ? ValueTask.FromResult(Reply.Invalid($"reason must be given, in at most {Limits.ReasonCharactersMax} characters: it is what anyone who finds the secret later will read"))
            : OfFailedAsync(request, ForceRevokeOf(request, reason), cancellation);
    }

    /// <summary>What a tombstone will say of this request.</summary>
    public static ForceRevoke ForceRevokeOf(KernelRequest request, string reason) =>
        new(request.RequiredCaller.Token.DisplayName, request.RequiredCaller.Token.Accessor, reason);

    private async ValueTask<Reply> OfFailedAsync(EngineRequest engineRequest, ForceRevoke? force, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var id = request.Get(LeaseId);
        var lease = await MovedLeases.FindAsync(request.Work, request.Router.Table, id, cancellation);
        if (lease is null)
        {
            return Reply.Invalid(id.Length == 0 ? "lease_id must be specified" : "invalid lease");
        }

        if (lease.LastError.Length == 0)
        {
            return Reply.Invalid($"removing the secret of {id} has not failed: use sys/leases/revoke");
        }

        return Reply.Done.Then(async ct =>
        {
            var outcome = await revoker.RevokeAsync(lease.Id, force, ct);
            return outcome.IsDone ? null : Reply.Invalid($"failed to revoke \"{id}\": {outcome.Error}");
        });
    }

    private static async ValueTask<Reply> TombstonesAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (LimitProblem(request) is { } wrong)
        {
            return wrong;
        }

        var (tombstones, next) = await TombstoneStore.PageAsync(request.Work, request.Get(After), (int)request.Get(Limit), request.Now, cancellation);
        return PageOf(tombstones, next, (json, tombstone) => Write(json, tombstone, request.Router));
    }

    private static void Write(Utf8JsonWriter json, Tombstone tombstone, Router router)
    {
        json.WriteString("lease_id", tombstone.LeaseId);
        json.WriteString("mount", router.FindByUuid(tombstone.MountUuid)?.Mount.Path ?? "");
        json.WriteString("secret", tombstone.Secret);
        json.WritePropertyName("plan");
        tombstone.Plan.WriteTo(json);
        json.WriteString("issue_time", Rfc3339.Format(tombstone.IssueTime));
        json.WriteString("forget_time", Rfc3339.Format(tombstone.ForgetTime));
        json.WriteString("by", tombstone.By);
        json.WriteString("by_accessor", tombstone.Accessor);
        json.WriteString("reason", tombstone.Reason);
        json.WriteString("error", tombstone.LastError);
    }

    private static Reply PageOf<T>(IReadOnlyList<T> page, string next, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter>? more = null) => Reply.With(json =>
    {
        json.WriteStartArray("leases");
        foreach (var item in page)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("next", next);
        more?.Invoke(json);
    });

    private static Reply? LimitProblem(KernelRequest request) =>
        request.Get(Limit) is < 1 or > Limits.ListedMax ? Reply.Invalid($"limit must be between 1 and {Limits.ListedMax}") : null;
}
