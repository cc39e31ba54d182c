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

/// <summary><c>identity/entity-alias</c>: the names that entities log in with, one for each mount.</summary>
internal sealed class EntityAliasPaths(Transactor transactions, IRandom random)
{
    private static readonly ImmutableArray<Field> Fields = [Id, Name, CanonicalId, EntityId, MountAccessor, CustomMetadata];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("entity-alias", "Creates an entity alias, or changes the one of that id, or of that name and mount.") { Fields = Fields, Write = WriteAsync },
        new("entity-alias/id", "Lists entity aliases by id.") { List = ListAsync },
        new("entity-alias/id/{id:any}", "Reads, changes and deletes an entity alias.")
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
        if (request.Get(Id).Length > 0)
        {
            var owner = await EntityStore.FindByAliasIdAsync(work, request.Get(Id), cancellation);
            return owner is null
                ? Reply.Invalid("invalid alias ID provided")
                : await ChangeAsync(request, owner, owner.Aliases.First(alias => alias.Id == request.Get(Id)), cancellation);
        }

        if (request.Get(MountAccessor).Length == 0 || request.Get(Name).Length == 0)
        {
            return Reply.Invalid("'id' or 'mount_accessor' and 'name' must be provided");
        }

        if (IdentityJson.MountOf(KernelRequest.Of(request).Router.Table, request.Get(MountAccessor)) is not { } mount)
        {
            return Reply.Invalid("invalid mount accessor: no auth mount has it; see sys/auth");
        }

        if (!IdentityName.TryParse(request.Get(Name), out var name))
        {
            return Reply.Invalid("invalid alias name");
        }

        return await EntityStore.FindByAliasAsync(work, mount.Accessor, name, cancellation) is { } holder && holder.AliasAt(mount.Accessor) is { } known
            ? await ChangeAsync(request, holder, known, cancellation)
            : await CreateAsync(request, mount.Accessor, name, cancellation);
    }

    private async ValueTask<Reply> CreateAsync(EngineRequest request, string accessor, IdentityName name, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        var owner = await OwnerAsync(request, cancellation);
        if (owner is null && CanonicalOf(request).Length > 0)
        {
            return Reply.Invalid("invalid canonical ID");
        }

        if (owner?.AliasAt(accessor) is not null)
        {
            return Reply.Invalid("Alias already exists for requested entity and mount accessor");
        }

        var custom = MapOf(request, CustomMetadata, null, out var problem);
        if (problem is not null)
        {
            return Reply.Invalid(problem);
        }

        var alias = IdentityLogin.NewAlias(random, accessor, name, request.Now) with { CustomMetadata = custom };
        var entity = owner ?? await IdentityLogin.NewEntityAsync(work, random, request.Now, cancellation);
        EntityStore.Put(work, owner, entity with { Aliases = entity.Aliases.Add(alias) });
        return Show(alias.Id, entity.Id);
    }

    private static async ValueTask<Reply> ChangeAsync(EngineRequest request, EntityRecord owner, AliasRecord alias, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        var changed = Changed(request, alias, out var problem);
        if (problem is not null)
        {
            return Reply.Invalid(problem);
        }

        var target = await OwnerAsync(request, cancellation);
        if (target is null && CanonicalOf(request).Length > 0)
        {
            return Reply.Invalid("invalid canonical ID");
        }

        target ??= owner;
        if (changed == alias && target.Id == owner.Id)
        {
            return Reply.Done;
        }

        if (await EntityStore.FindByAliasAsync(work, changed.MountAccessor, IdentityName.Parse(changed.Name), cancellation) is { } holder
            && holder.AliasAt(changed.MountAccessor)?.Id != alias.Id)
        {
            return Reply.Invalid("combination of mount and alias name is already in use");
        }

        if (target.Aliases.Any(other => other.MountAccessor == changed.MountAccessor && other.Id != alias.Id))
        {
            return Reply.Invalid("Alias already exists for requested entity and mount accessor");
        }

        changed = changed with { LastUpdateTime = request.Now };
        if (target.Id == owner.Id)
        {
            EntityStore.Put(work, owner, owner with { Aliases = owner.Aliases.Replace(alias, changed) });
        }
        else
        {
            EntityStore.Put(work, owner, owner with { Aliases = owner.Aliases.Remove(alias) });
            EntityStore.Put(work, target, target with { Aliases = target.Aliases.Add(changed) });
        }

        return Show(alias.Id, target.Id);
    }

    private static AliasRecord Changed(EngineRequest request, AliasRecord alias, out string? problem)
    {
        var custom = MapOf(request, CustomMetadata, alias.CustomMetadata, out problem);
        var accessor = request.Get(MountAccessor).Length > 0 ? request.Get(MountAccessor) : alias.MountAccessor;
        if (accessor != alias.MountAccessor && IdentityJson.MountOf(KernelRequest.Of(request).Router.Table, accessor) is null)
        {
            problem = $"invalid mount accessor \"{accessor}\"";
        }

        var name = request.Get(Name).Length > 0 ? request.Get(Name) : alias.Name;
        if (!IdentityName.TryParse(name, out _))
        {
            problem = "invalid alias name";
        }

        return alias with { Name = name, MountAccessor = accessor, CustomMetadata = custom };
    }

    private static string CanonicalOf(EngineRequest request) =>
        request.Get(CanonicalId).Length > 0 ? request.Get(CanonicalId) : request.Get(EntityId);

    private static async ValueTask<EntityRecord?> OwnerAsync(EngineRequest request, CancellationToken cancellation) =>
        await EntityStore.FindAsync(KernelRequest.WorkOf(request), CanonicalOf(request), cancellation);

    private static Reply Show(string alias, string owner) => Reply.With(json =>
    {
        json.WriteString("canonical_id", owner);
        json.WriteString("id", alias);
    });

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var owner = await EntityStore.FindByAliasIdAsync(KernelRequest.WorkOf(request), request.Param("id"), cancellation);
        return owner?.Aliases.FirstOrDefault(alias => alias.Id == request.Param("id")) is { } alias
            ? Reply.With(json => IdentityJson.WriteAlias(json, alias, owner.Id, KernelRequest.Of(request).Router.Table))
            : Reply.NotFound;
    }

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (await EntityStore.FindByAliasIdAsync(KernelRequest.WorkOf(request), request.Param("id"), cancellation) is { } owner)
        {
            EntityStore.Put(KernelRequest.WorkOf(request), owner, owner with { Aliases = owner.Aliases.RemoveAll(alias => alias.Id == request.Param("id")) });
        }

        return Reply.Done;
    }

    private async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var all = await IdentityLists.AllAsync(transactions, IdentityKeys.AliasIds, FindAsync, cancellation);
        return IdentityLists.Of(all, held => held.Alias.Id, (json, held) =>
        {
            json.WriteString("canonical_id", held.Owner);
            IdentityJson.WriteMount(json, held.Alias, request.Router.Table);
            json.WriteString("name", held.Alias.Name);
        });
    }

    private static async ValueTask<Held?> FindAsync(UnitOfWork work, string id, CancellationToken cancellation) =>
        await EntityStore.FindByAliasIdAsync(work, id, cancellation) is { } owner && owner.Aliases.FirstOrDefault(alias => alias.Id == id) is { } alias
            ? new Held(alias, owner.Id)
            : null;

    private sealed record Held(AliasRecord Alias, string Owner);
}
