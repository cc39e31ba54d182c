using System.Collections.Immutable;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Lockout;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/locked-users</c>: who is locked out, and letting them in again.</summary>
internal sealed class SysLockedUsers(LoginLockout lockout)
{
    private static readonly Field<string> Accessor = Field.Text("mount_accessor", "Accessor of the auth method; empty for all.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("locked-users", "Lists the users that are locked out after failed logins.") { Fields = [Accessor], Query = [Accessor], Read = ListAsync },
        new("locked-users/{mount_accessor:any}/unlock/{alias_identifier:folded...}", "Lets a user log in again.") { Write = UnlockAsync },
    ];

    private ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var asked = request.Get(Accessor);
        if (asked.Length > 0 && FindMount(request, asked) is null)
        {
            return ValueTask.FromResult(NoMount());
        }

        var locked = request.Router.Table.Mounts
            .Where(mount => mount.Class == MountClass.Auth && (asked.Length == 0 || mount.Accessor == asked))
            .Select(mount => (mount.Accessor, Names: lockout.LockedAt(mount)))
            .Where(mount => mount.Names.Count > 0)
            .OrderByDescending(mount => mount.Names.Count)
            .ToArray();
        var total = locked.Sum(mount => mount.Names.Count);
        return ValueTask.FromResult(Reply.With(json =>
        {
            json.WriteStartArray("by_namespace");
            if (total > 0)
            {
                json.WriteStartObject();
                json.WriteString("namespace_id", "root");
                json.WriteString("namespace_path", "");
                json.WriteNumber("counts", total);
                json.WriteStartArray("mount_accessors");
                foreach (var (accessor, names) in locked)
                {
                    json.WriteStartObject();
                    json.WriteString("mount_accessor", accessor);
                    json.WriteNumber("counts", names.Count);
                    json.WriteTexts("alias_identifiers", names);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("total", total);
        }));
    }

    private ValueTask<Reply> UnlockAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (FindMount(request, request.Param("mount_accessor")) is not { } mount)
        {
            return ValueTask.FromResult(NoMount());
        }

        if (!IdentityName.TryParse(request.Param("alias_identifier"), out var name))
        {
            return ValueTask.FromResult(Reply.Invalid("missing alias_identifier: the name that the user logs in with"));
        }

        return ValueTask.FromResult(Reply.Done.Then(() =>
        {
            lockout.Clear(mount.Accessor, name);
        }));
    }

    private static MountEntry? FindMount(KernelRequest request, string accessor) =>
        request.Router.Table.Mounts.FirstOrDefault(mount => mount.Class == MountClass.Auth && mount.Accessor == accessor);

    private static Reply NoMount() => Reply.Invalid("mount_accessor is that of no auth method: sys/auth lists them");
}
