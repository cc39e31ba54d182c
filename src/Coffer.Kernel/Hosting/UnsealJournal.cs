using Coffer.Kernel.Audit;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Hosting;

/// <summary>
/// What was tried on a sealed server, kept until audit devices are there to record it. Never a share, and nothing that a client wrote. Safe for any thread.
/// </summary>
/// <remarks>
/// Anybody may try, so the memory is bounded: the first and the last tries are kept, and of those between only how many they were. A flood can hide
/// neither how it began nor what came right before the unseal.
/// </remarks>
internal sealed class UnsealJournal(TimeProvider clock, IRandom random)
{
    /// <summary>Tries kept from the beginning, and as many from the end.</summary>
    public const int KeptEachMax = 64;

    private readonly Lock _gate = new();
    private readonly List<AuditEvent> _first = [];
    private readonly Queue<AuditEvent> _last = new();
    private long _forgotten;

    /// <summary>Notes a try.</summary>
    /// <param name="request">Null: the server itself, with a key of its configuration.</param>
    /// <param name="problem">Why it was refused; null when it was taken.</param>
    /// <param name="status">Where unsealing is after it.</param>
    public void Note(ApiRequest? request, string? problem, SealStatus status)
    {
        var entry = EventOf(request) with { Error = problem, Answer = problem is null ? AnswerOf(status) : null };
        lock (_gate)
        {
            if (_first.Count < KeptEachMax)
            {
                _first.Add(entry);
                return;
            }

            _last.Enqueue(entry);
            if (_last.Count > KeptEachMax)
            {
                _last.Dequeue();
                _forgotten++;
            }
        }
    }

    /// <summary>All that is kept, in order; from here on it begins empty.</summary>
    public IReadOnlyList<AuditEvent> Take()
    {
        lock (_gate)
        {
            List<AuditEvent> all = [.. _first];
            if (_forgotten > 0)
            {
                all.Add(EventOf(null) with { Error = FormattableString.Invariant($"{_forgotten} more tries to unseal were made here, and are not recorded one by one") });
            }

            all.AddRange(_last);
            _first.Clear();
            _last.Clear();
            _forgotten = 0;
            return all;
        }
    }

    private AuditEvent EventOf(ApiRequest? request) => new(new AuditSubject(
        new ApiRequest
        {
            Id = request?.Id ?? random.Uuid(),
            Path = UnsealPath,
            Operation = Operation.Update,
            RemoteAddress = request?.RemoteAddress ?? "",
            RemotePort = request?.RemotePort ?? 0,
            Headers = request?.Headers ?? System.Collections.Immutable.ImmutableDictionary<string, System.Collections.Immutable.ImmutableArray<string>>.Empty,
        },
        UnsealPath.Text,
        "update",
        null,
        null,
        null))
    {
        At = clock.GetUtcNow(),
    };

    private static AuditAnswer AnswerOf(SealStatus status) => new(
        JsonText.Write(json =>
        {
            json.WriteBoolean("sealed", status.Sealed);
            json.WriteNumber("progress", status.Progress);
            json.WriteNumber("t", status.Threshold);
            json.WriteNumber("n", status.Shares);
        }),
        "",
        null,
        null,
        [],
        []);

    private static CanonicalPath UnsealPath { get; } =
        CanonicalPath.TryParse("sys/unseal", out var path, out _) ? path : throw new System.Diagnostics.UnreachableException("the path is canonical");
}
