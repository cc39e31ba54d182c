using System.Collections.Immutable;
using System.Text.Json;

namespace Coffer.Sdk.Replies;

/// <summary>What a handler answers: exactly one of the cases below, never two.</summary>
public abstract record Reply
{
    private Reply()
    {
    }

    /// <summary>For the client, beside the answer. A refusal has none.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// Headers of the HTTP answer, of a refusal as well. Those that neither the row declares (<see cref="Engines.EnginePath.ReplyHeaders"/>) nor the mount allows
    /// (<c>allowed_response_headers</c>) are dropped, and all of them when the answer is wrapped.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Done, and nothing to say: 204. With warnings: 200 with an envelope whose <c>data</c> is null.</summary>
    public sealed record Empty : Reply
    {
        /// <summary>Another status for the envelope with null <c>data</c>, such as 404 with a warning that names the right path. Null: as above.</summary>
        public int? Status { get; init; }
    }

    /// <summary>Data: 200, in the usual envelope.</summary>
    /// <param name="Body">The <c>data</c> object.</param>
    public sealed record Data(JsonText Body) : Reply
    {
        /// <summary>Almost always 200. A deleted kv version answers 404 and still shows its metadata.</summary>
        public int Status { get; init; } = 200;

        /// <summary>The <c>lease_duration</c> shown with it, a hint without a lease behind it (kv version 1). Zero: none.</summary>
        public TimeSpan LeaseHint { get; init; }
    }

    /// <summary>A secret of a kind that lives outside (<see cref="Leases.IDynamicSecret"/>): the kernel makes the lease durable, then creates the secret.</summary>
    public sealed record Leased(LeasePlan Plan) : Reply;

    /// <summary>A secret of a kind that lives in the store (<see cref="Leases.IStoredSecret"/>): its lease is made in the same commit as what the handler wrote.</summary>
    /// <param name="Plan">All that revoking will need.</param>
    /// <param name="Body">The <c>data</c> object, given once and not kept.</param>
    public sealed record LeasedData(LeasePlan Plan, JsonText Body) : Reply;

    /// <summary>A login: the kernel issues a token.</summary>
    public sealed record Login(LoginGrant Grant) : Reply;

    /// <summary>A run of a task, such as a change in several steps at an outside system: it begins once what the handler wrote is committed, and its reply is the answer.</summary>
    /// <param name="Task">The <see cref="Tasks.IEngineTask.Name"/>.</param>
    /// <param name="Argument">What the run is for; empty for the whole mount.</param>
    public sealed record Run(string Task, string Argument = "") : Reply;

    /// <summary>Bytes as they are, without an envelope; a redirect is one with a <c>Location</c> among its headers.</summary>
    public sealed record Raw(int Status, string ContentType, ReadOnlyMemory<byte> Body) : Reply;

    /// <summary>Refused; nothing of this request is stored.</summary>
    public sealed record Refused(ApiError Error) : Reply
    {
        /// <summary>
        /// Set by an auth method when the caller did not prove to be this name: the name that a successful login would give as its alias, whether
        /// or not there is anybody of that name. The kernel counts such failures and locks the name out.
        /// </summary>
        public string FailedLogin { get; init; } = "";
    }

    /// <summary>An answer of the host's own paths, which can say more than an engine's. The host takes its own kind alone: an engine that makes one fails.</summary>
    public abstract record Hosted : Reply;

    public static Reply Done { get; } = new Empty();

    /// <summary>Nothing is stored there: 404 with an empty list of errors.</summary>
    public static Reply NotFound { get; } = new Refused(ApiError.NothingThere);

    public static Reply Refuse(ErrorKind kind, string message) => new Refused(new ApiError(kind, message));

    public static Reply Invalid(string message) => Refuse(ErrorKind.Invalid, message);

    /// <summary>Data, written member by member.</summary>
    public static Reply With(Action<Utf8JsonWriter> members) => new Data(JsonText.Write(members));

    /// <summary>A listing as Vault answers it: <c>keys</c>, or 404 when there are none.</summary>
    public static Reply Keys(IReadOnlyList<string> keys) => keys.Count == 0
        ? NotFound
        : With(json =>
        {
            json.WriteTexts("keys", keys);
        });
}
