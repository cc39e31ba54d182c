using System.Collections.Immutable;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using static Coffer.Kernel.BuiltIn.Identity.IdentityFields;

namespace Coffer.Kernel.BuiltIn.Identity;

/// <summary><c>identity/group-alias</c>: what outside systems call external groups.</summary>
internal sealed class GroupAliasPaths(Transactor transactions, GroupPaths groups, IRandom random)
{
    private static readonly ImmutableArray<Field> Fields = [Id, Name, MountAccessor, CanonicalId];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("group-alias", "Creates the alias of an external group, or changes the one of that id.") { Fields = Fields, Write = WriteAsync },
        new("group-alias/id", "Lists group aliases by id.") { List = ListAsync },
        new("group-alias/id/{id:any}", "Reads, changes and deletes a group alias.")
        {
            Fields = Fields,
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
    ];

    private async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        var owner = request.Get(Id).Length > 0 ? await GroupStore.FindByAliasIdAsync(work, request.Get(Id), cancellation) : null;
        if (request.Get(Id).Length > 0 && owner is null)
        {
            return Reply.Invalid("invalid group alias ID");
        }

        var alias = Wanted(request, owner?.Alias, out var problem);
        if (alias is null)
        {
            return Reply.Invalid(problem);
        }

        var target = request.Get(CanonicalId).Length == 0 ? owner : await GroupStore.FindAsync(work, request.Get(CanonicalId), cancellation);
        if (target is null && request.Get(CanonicalId).Length > 0)
        {
            return Reply.Invalid("invalid group ID given in 'canonical_id'");
        }

        if (target is { External: false })
        {
            return Reply.Invalid("alias can't be set on an internal group");
        }

        if (await GroupStore.FindByAliasAsync(work, alias.MountAccessor, IdentityName.Parse(alias.Name), cancellation) is { } holder && holder.Id != owner?.Id)
        {
            return Reply.Invalid("combination of mount and group alias name is already in use");
        }

        if (target?.Alias is { } taken && taken.Id != alias.Id)
        {
            return Reply.Invalid("the group has an alias already; change or delete that one");
        }

        if (owner is not null && owner.Id != target?.Id)
        {
            GroupStore.Put(work, owner, GroupStore.Changed(owner, request.Now) with { Alias = null });
        }

        var group = target ?? await groups.NewGroupAsync(request, external: true, cancellation);
        GroupStore.Put(work, target, GroupStore.Changed(group, request.Now) with { Alias = alias });
        return Reply.With(json =>
        {
            json.WriteString("canonical_id", group.Id);
            json.WriteString("id", alias.Id);
        });
    }

    /// <summary>The alias as it is asked for; null when something is missing or wrong.</summary>
    private AliasRecord? Wanted(EngineRequest request, AliasRecord? before, out string problem)
    {
        var text = request.Get(Name).Length > 0 ? request.Get(Name) : before?.Name ?? "";
        var accessor = request.Get(MountAccessor).Length > 0 ? request.Get(MountAccessor) : before?.MountAccessor ?? "";
        problem = text.Length == 0 ? "missing alias name"
            : accessor.Length == 0 ? "missing mount_accessor"
            : IdentityJson.MountOf(KernelRequest.Of(request).Router.Table, accessor) is null ? $"invalid mount accessor \"{accessor}\""
            : IdentityName.TryParse(text, out _) ? ""
            : "invalid alias name";
        if (problem.Length > 0)
        {
            return null;
        }

        var alias = before ?? IdentityLogin.NewAlias(random, accessor, IdentityName.Parse(text), request.Now);
        return alias with { Name = text, MountAccessor = accessor, LastUpdateTime = request.Now };
    }

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation) =>
        await GroupStore.FindByAliasIdAsync(KernelRequest.WorkOf(request), request.Param("id"), cancellation) is { Alias: { } alias } group
            ? Reply.With(json => IdentityJson.WriteAlias(json, alias, group.Id, KernelRequest.Of(request).Router.Table))
            : Reply.NotFound;

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (await GroupStore.FindByAliasIdAsync(KernelRequest.WorkOf(request), request.Param("id"), cancellation) is { } group)
        {
            GroupStore.Put(KernelRequest.WorkOf(request), group, GroupStore.Changed(group, request.Now) with { Alias = null });
        }

        return Reply.Done;
    }

    private async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var found = await IdentityLists.AllAsync(transactions, IdentityKeys.GroupAliasIds, GroupStore.FindByAliasIdAsync, cancellation);
        return IdentityLists.Of([.. found.Where(group => group.Alias is not null)], group => group.Alias!.Id, (json, group) =>
        {
            json.WriteString("canonical_id", group.Id);
            IdentityJson.WriteMount(json, group.Alias!, request.Router.Table);
            json.WriteString("name", group.Alias!.Name);
        });
    }
}
