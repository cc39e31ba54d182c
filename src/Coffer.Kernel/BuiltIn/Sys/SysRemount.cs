using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Moves a mount to another path. Data and leases belong to the mount, not to its path, so nothing is copied; see <see cref="Revocation.LeaseScope"/>.</summary>
internal sealed class SysRemount(IRandom random, ILogger log)
{
    private static readonly Field<string> From = Field.Text("from", "The mount's path.");
    private static readonly Field<string> To = Field.Text("to", "Its new path.");
    private static readonly Field<string> MigrationId = Field.Text("migration_id", "As the move answered it.");
    private static readonly string[] Reserved = ["sys/", "identity/", "cubbyhole/", "audit/", "auth/token/"];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("remount", "Moves a mount to another path, with its data and its leases.") { Fields = [From, To], Write = MoveAsync, Sudo = true },
        new("remount/status/{migration_id}", "Shows how far a move has come.") { Fields = [MigrationId], Read = StatusAsync },
    ];

    private ValueTask<Reply> MoveAsync(EngineRequest engineRequest, CancellationToken cancellation) =>
        ValueTask.FromResult(Move(KernelRequest.Of(engineRequest)));

    private Reply Move(KernelRequest request)
    {
        if (request.Get(From).Length == 0 || request.Get(To).Length == 0)
        {
            return Reply.Invalid("both 'from' and 'to' path must be specified as a string");
        }

        var from = Canonical(request.Get(From));
        var to = Canonical(request.Get(To));
        if (from is null || to is null)
        {
            return Reply.Invalid("'from' and 'to' must be paths without empty segments, \".\" or \"..\"");
        }

        foreach (var path in new[] { from, to })
        {
            if (Reserved.Any(reserved => path.StartsWith(reserved, StringComparison.Ordinal)) || path == "auth/")
            {
                return Reply.Invalid($"cannot remount to or from {string.Join(", ", Reserved)} or auth/");
            }
        }

        if (MountPathRule.ProblemOf(to) is { } problem)
        {
            return Reply.Invalid($"'to': {problem}");
        }

        var table = request.Router.Table;
        if (table.Find(from) is not { } mount)
        {
            return Reply.Invalid("no matching mount at the path of 'from'");
        }

        if (mount.Draining)
        {
            return Reply.Invalid($"the mount at the path of 'from' is being disabled; see sys/leases/jobs/{mount.DrainJob}");
        }

        if (mount.AllFormerPaths.Append(from).Where(path => path != to).Count() > Limits.FormerPathsMax)
        {
            return Reply.Invalid($"the mount at the path of 'from' has been moved to {Limits.FormerPathsMax} paths before; move it to one of those, or make a new mount");
        }

        if (from.StartsWith("auth/", StringComparison.Ordinal) != to.StartsWith("auth/", StringComparison.Ordinal))
        {
            return Reply.Invalid("cannot move a secrets engine to an auth path, or an auth method away from one");
        }

        var taken = table.Mounts.FirstOrDefault(other => other.Uuid != mount.Uuid
            && (to.StartsWith(other.Path, StringComparison.Ordinal) || other.Path.StartsWith(to, StringComparison.Ordinal)));
        if (taken is not null || from == to)
        {
            return Reply.Invalid(taken is null ? "existing mount at the path of 'to'" : $"existing mount at \"{taken.Path}\"");
        }

        var id = random.Uuid();
        var moved = mount.MovedTo(to, id);
        request.Work.Put(MountTable.StorageKey, table.With(moved), MountsJsonContext.Default.MountTable);
        return Reply.With(json => json.WriteString("migration_id", id)).Then(() => MountLog.Moved(log, moved.Path, moved.Type, moved.Accessor));
    }

    /// <summary>A move is one commit, so it has either succeeded or not happened. A mount remembers its latest.</summary>
    private static ValueTask<Reply> StatusAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var id = request.Param("migration_id");
        var move = request.Router.Table.Mounts.FirstOrDefault(mount => mount.LastMove?.Id == id)?.LastMove;
        return ValueTask.FromResult(move is null ? Reply.NotFound : Reply.With(json =>
        {
            json.WriteString("migration_id", move.Id);
            json.WriteStartObject("migration_info");
            json.WriteString("source_mount", move.From);
            json.WriteString("target_mount", move.To);
            json.WriteString("status", "success");
            json.WriteEndObject();
        }));
    }

    private static string? Canonical(string path) =>
        Requests.CanonicalPath.TryParse(path.Trim('/').Replace("%", "%25", StringComparison.Ordinal), out var canonical, out _) ? canonical.AsFolder.Text : null;
}
