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

/// <summary><c>identity/group</c>: groups of entities and of groups.</summary>
internal sealed class GroupPaths(Transactor transactions, IRandom random)
{
    private static readonly Field<string> Type = Field.Text("type", "internal, or external: members then come from logins.", "internal");
    private static readonly Field<ImmutableArray<string>> MemberGroups = Field.TextList("member_group_ids", "Ids of the groups in it; replaces what was there.");
    private static readonly Field<ImmutableArray<string>> MemberEntities =
        Field.TextList("member_entity_ids", "Ids of the entities in it; replaces what was there.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("group", "Creates a group, or changes the one of that id or name.")
        {
            Fields = [Id, Name, Type, Metadata, PolicyNames, MemberGroups, MemberEntities],
            Write = WriteAsync,
        },
        new("group/id", "Lists groups by id.") { List = ListAsync },
        new("group/id/{id:any}", "Reads, changes and deletes a group by its id.")
        {
            Fields = [Id, Name, Type, Metadata, PolicyNames, MemberGroups, MemberEntities],
            Read = async (request, ct) => await ShowAsync(request, await GroupStore.FindAsync(KernelRequest.WorkOf(request), request.Param("id"), ct), ct),
            Write = WriteAsync,
            Delete = async (request, ct) => await DeleteAsync(request, await GroupStore.FindAsync(KernelRequest.WorkOf(request), request.Param("id"), ct), ct),
        },
        new("group/name", "Lists groups by name.") { List = ListNamesAsync },
        new("group/name/{name:folded...}", "Reads, writes and deletes a group by its name.")
        {
            Fields = [Name, Type, Metadata, PolicyNames, MemberGroups, MemberEntities],
            Read = async (request, ct) => await ShowAsync(request, await ByNameAsync(request, ct), ct),
            Write = async (request, ct) => await UpsertAsync(request, await ByNameAsync(request, ct), ct),
            Delete = async (request, ct) => await DeleteAsync(request, await ByNameAsync(request, ct), ct),
        },
    ];

    public static async ValueTask<Reply> ShowAsync(EngineRequest engineRequest, GroupRecord? group, CancellationToken cancellation)
    {
        if (group is null)
        {
            return Reply.NotFound;
        }

        var request = KernelRequest.Of(engineRequest);
        var members = await GroupStore.MembersAsync(request.Work, group.Id, cancellation);
        return Reply.With(json => IdentityJson.WriteGroup(json, group, members, request.Router.Table));
    }

    public async ValueTask<GroupRecord> NewGroupAsync(EngineRequest request, bool external, CancellationToken cancellation)
    {
        return new GroupRecord
        {
            Id = random.Uuid(),
            Name = await IdentityLogin.NewNameAsync(KernelRequest.WorkOf(request), random, "group_", IdentityKeys.GroupName, cancellation),
            External = external,
            CreationTime = request.Now,
        };
    }

    private static async ValueTask<GroupRecord?> ByNameAsync(EngineRequest request, CancellationToken cancellation) =>
        IdentityName.TryParse(request.Get(Name), out var name) ? await GroupStore.FindByNameAsync(KernelRequest.WorkOf(request), name, cancellation) : null;

    private async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (request.Get(Id).Length == 0)
        {
            return await UpsertAsync(request, await ByNameAsync(request, cancellation), cancellation);
        }

        var group = await GroupStore.FindAsync(KernelRequest.WorkOf(request), request.Get(Id), cancellation);
        return group is null ? Reply.Invalid("invalid group ID") : await UpsertAsync(request, group, cancellation);
    }

    private async ValueTask<Reply> UpsertAsync(EngineRequest request, GroupRecord? before, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        if ((FieldProblem(request, before) ?? await NameProblemAsync(request, before, cancellation)) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var policies = PoliciesOf(request, before?.Policies ?? [], out var wrongPolicies);
        var metadata = MapOf(request, Metadata, before?.Metadata, out var wrongMetadata);
        if ((wrongPolicies ?? wrongMetadata) is { } wrong)
        {
            return Reply.Invalid(wrong);
        }

        var group = before ?? await NewGroupAsync(request, request.Get(Type) == "external", cancellation);
        if (request.Has(MemberGroups) && !group.External)
        {
            var members = await MemberGroupsAsync(request, group, cancellation);
            if (members.Problem is { } refused)
            {
                return Reply.Invalid(refused);
            }

            await GroupStore.SetMemberGroupsAsync(work, group, members.Found, request.Now, cancellation);
            group = group with { MemberGroupIds = [.. members.Found.Select(member => member.Id)] };
        }

        if (request.Has(MemberEntities) && !group.External)
        {
            var members = await MemberEntitiesAsync(request, cancellation);
            if (members.Problem is { } refused)
            {
                return Reply.Invalid(refused);
            }

            await GroupStore.SetMembersAsync(work, group.Id, members.Found, cancellation);
        }

        var name = request.Get(Name).Length > 0 ? request.Spelling(Name) : group.Name;
        var after = GroupStore.Changed(group, request.Now) with { Name = name, Metadata = metadata, Policies = policies };
        GroupStore.Put(work, before, after);
        return before is not null
            ? Reply.Done
            : Reply.With(json =>
            {
                json.WriteString("id", after.Id);
                json.WriteString("name", after.Name);
            });
    }

    private static string? FieldProblem(EngineRequest request, GroupRecord? before)
    {
        var type = request.Has(Type) && request.Get(Type).Length > 0 ? request.Get(Type) : before is { External: true } ? "external" : "internal";
        if (type is not ("internal" or "external"))
        {
            return "invalid group type: it must be internal or external";
        }

        if (before is not null && before.External != (type == "external"))
        {
            return "group type cannot be changed";
        }

        return type == "internal" ? null
            : !request.Get(MemberGroups).IsEmpty ? "member groups can't be set for external groups"
            : !request.Get(MemberEntities).IsEmpty ? "member entities can't be set manually for external groups"
            : null;
    }

    private static async ValueTask<string?> NameProblemAsync(EngineRequest request, GroupRecord? before, CancellationToken cancellation)
    {
        if (request.Get(Name).Length == 0)
        {
            return null;
        }

        if (!IdentityName.TryParse(request.Get(Name), out var name))
        {
            return "invalid group name";
        }

        var other = await GroupStore.FindByNameAsync(KernelRequest.WorkOf(request), name, cancellation);
        return other is not null && other.Id != before?.Id ? "group name is already in use" : null;
    }

    /// <summary>The groups that are asked for as members. None of them may contain this one already, directly or through others.</summary>
    private static async ValueTask<(List<GroupRecord> Found, string? Problem)> MemberGroupsAsync(
        EngineRequest request, GroupRecord group, CancellationToken cancellation)
    {
        // Only few groups are above one. All of them are read, so two requests at once cannot close a circle from both sides: one of them conflicts.
        var above = await GroupStore.WithParentsAsync(KernelRequest.WorkOf(request), group.ParentGroupIds, cancellation);
        var found = new List<GroupRecord>();
        foreach (var id in request.Get(MemberGroups).Distinct(StringComparer.Ordinal))
        {
            if (id == group.Id || above.Exists(other => other.Id == id))
            {
                return (found, $"cyclic relationship detected for member group ID {found.Count + 1} of the list");
            }

            if (await GroupStore.FindAsync(KernelRequest.WorkOf(request), id, cancellation) is not { } member)
            {
                return (found, $"invalid member group ID: entry {found.Count + 1} of the list names no group");
            }

            found.Add(member);
        }

        return (found, null);
    }

    private static async ValueTask<(List<EntityRecord> Found, string? Problem)> MemberEntitiesAsync(EngineRequest request, CancellationToken cancellation)
    {
        var found = new List<EntityRecord>();
        foreach (var id in request.Get(MemberEntities).Distinct(StringComparer.Ordinal))
        {
            if (await EntityStore.FindAsync(KernelRequest.WorkOf(request), id, cancellation) is not { } member)
            {
                return (found, $"invalid entity ID: entry {found.Count + 1} of the list names no entity");
            }

            found.Add(member);
        }

        return (found, null);
    }

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, GroupRecord? group, CancellationToken cancellation)
    {
        if (group is not null)
        {
            await GroupStore.RemoveAsync(KernelRequest.WorkOf(request), group, request.Now, cancellation);
        }

        return Reply.Done;
    }

    private async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation)
    {
        var groups = await AllAsync(cancellation);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            counts[group.Id] = (await GroupStore.MembersAsync(transactions.Begin(), group.Id, cancellation)).Count;
        }

        return IdentityLists.Of(groups, group => group.Id, (json, group) =>
        {
            json.WriteString("name", group.Name);
            json.WriteNumber("num_member_entities", counts[group.Id]);
            json.WriteNumber("num_parent_groups", group.ParentGroupIds.Length);
        });
    }

    private async ValueTask<Reply> ListNamesAsync(EngineRequest request, CancellationToken cancellation) =>
        Reply.Keys([.. (await AllAsync(cancellation)).Select(group => group.Name).Order(StringComparer.Ordinal)]);

    private ValueTask<List<GroupRecord>> AllAsync(CancellationToken cancellation) =>
        IdentityLists.AllAsync(transactions, IdentityKeys.Groups, GroupStore.FindAsync, cancellation);
}
