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

/// <summary><c>identity/entity</c>: the people and programs that log in.</summary>
internal sealed class EntityPaths(Transactor transactions, EntityLeases leases, IRandom random)
{
    private static readonly Field<ImmutableArray<string>> Ids = Field.TextList("entity_ids", "Ids of the entities to delete.");
    private static readonly Field<ImmutableArray<string>> From = Field.TextList("from_entity_ids", "Ids of the entities to merge.");
    private static readonly Field<string> To = Field.Text("to_entity_id", "Id of the entity they become part of.");
    private static readonly Field<ImmutableArray<string>> Keep =
        Field.TextList("conflicting_alias_ids_to_keep", "Where both have an alias at one mount: ids of those that stay.");
    private static readonly Field<bool> Force = Field.Boolean("force", "Accepted; there is nothing it would force.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("entity", "Creates an entity, or changes the one of that id or name.") { Fields = [Id, Name, Metadata, PolicyNames, Disabled], Write = WriteAsync },
        new("entity/batch-delete", "Deletes several entities.") { Fields = [Ids], Write = DeleteManyAsync },
        new("entity/merge", "Makes one entity of several.")
        {
            Fields = [From, To, Keep, Force],
            Description = "The target gets the aliases, the group memberships and the tokens of the others; it keeps its own policies and metadata.",
            Write = MergeAsync,
        },
        new("entity/id", "Lists entities by id.") { List = ListAsync },
        new("entity/id/{id:any}", "Reads, changes and deletes an entity by its id.")
        {
            Fields = [Id, Name, Metadata, PolicyNames, Disabled],
            Read = async (request, ct) => await ShowAsync(request, await EntityStore.FindAsync(KernelRequest.WorkOf(request), request.Param("id"), ct), ct),
            Write = WriteAsync,
            Delete = async (request, ct) => Delete(request, await EntityStore.FindAsync(KernelRequest.WorkOf(request), request.Param("id"), ct)),
        },
        new("entity/name", "Lists entities by name.") { List = ListNamesAsync },
        new("entity/name/{name:folded...}", "Reads, writes and deletes an entity by its name.")
        {
            Fields = [Name, Metadata, PolicyNames, Disabled],
            Read = async (request, ct) => await ShowAsync(request, await ByNameAsync(request, ct), ct),
            Write = async (request, ct) => await UpsertAsync(request, await ByNameAsync(request, ct), ct),
            Delete = async (request, ct) => Delete(request, await ByNameAsync(request, ct)),
        },
    ];

    /// <summary>Shows an entity, with the groups it is in.</summary>
    public static async ValueTask<Reply> ShowAsync(EngineRequest engineRequest, EntityRecord? entity, CancellationToken cancellation)
    {
        if (entity is null)
        {
            return Reply.NotFound;
        }

        var request = KernelRequest.Of(engineRequest);
        var groups = await GroupStore.WithParentsAsync(request.Work, entity.GroupIds, cancellation);
        return Reply.With(json => IdentityJson.WriteEntity(json, entity, [.. groups], request.Router.Table));
    }

    private static async ValueTask<EntityRecord?> ByNameAsync(EngineRequest request, CancellationToken cancellation) =>
        IdentityName.TryParse(request.Get(Name), out var name) ? await EntityStore.FindByNameAsync(KernelRequest.WorkOf(request), name, cancellation) : null;

    private async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (request.Get(Id).Length == 0)
        {
            return await UpsertAsync(request, await ByNameAsync(request, cancellation), cancellation);
        }

        var entity = await EntityStore.FindAsync(KernelRequest.WorkOf(request), request.Get(Id), cancellation);
        return entity is null ? Reply.Invalid("entity not found from id") : await UpsertAsync(request, entity, cancellation);
    }

    private async ValueTask<Reply> UpsertAsync(EngineRequest request, EntityRecord? before, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        if (request.Get(Name).Length > 0)
        {
            if (!IdentityName.TryParse(request.Get(Name), out var name))
            {
                return Reply.Invalid("invalid entity name");
            }

            if (await EntityStore.FindByNameAsync(work, name, cancellation) is { } other && other.Id != before?.Id)
            {
                return Reply.Invalid("entity name is already in use");
            }
        }

        var policies = PoliciesOf(request, before?.Policies ?? [], out var wrongPolicies);
        var metadata = MapOf(request, Metadata, before?.Metadata, out var wrongMetadata);
        if ((wrongPolicies ?? wrongMetadata) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var entity = before ?? await IdentityLogin.NewEntityAsync(work, random, request.Now, cancellation);
        var after = entity with
        {
            Name = request.Get(Name).Length > 0 ? request.Spelling(Name) : entity.Name,
            Metadata = metadata,
            Policies = policies,
            Disabled = request.Has(Disabled) ? request.Get(Disabled) : entity.Disabled,
            LastUpdateTime = request.Now,
        };
        EntityStore.Put(work, before, after);
        return before is not null
            ? Reply.Done
            : Reply.With(json =>
            {
                json.WriteNull("aliases");
                json.WriteString("id", after.Id);
                json.WriteString("name", after.Name);
            });
    }

    private Reply Delete(EngineRequest request, EntityRecord? entity)
    {
        if (entity is null)
        {
            return Reply.Done;
        }

        EntityStore.Remove(KernelRequest.WorkOf(request), entity);
        return leases.EndAfter(Reply.Done, KernelRequest.Of(request), entity);
    }

    private async ValueTask<Reply> DeleteManyAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (request.Get(Ids).IsEmpty)
        {
            return Reply.Invalid("missing entity ids to delete");
        }

        var deleted = new List<EntityRecord>();
        foreach (var id in request.Get(Ids).Distinct(StringComparer.Ordinal))
        {
            if (await EntityStore.FindAsync(KernelRequest.WorkOf(request), id, cancellation) is { } entity)
            {
                EntityStore.Remove(KernelRequest.WorkOf(request), entity);
                deleted.Add(entity);
            }
        }

        return leases.EndAfter(Reply.Done, KernelRequest.Of(request), deleted);
    }

    private static async ValueTask<Reply> MergeAsync(EngineRequest request, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        var from = request.Get(From).Distinct(StringComparer.Ordinal).ToArray();
        if (request.Get(To).Length == 0 || from.Length == 0)
        {
            return Reply.Invalid(request.Get(To).Length == 0 ? "missing entity id to merge to" : "missing entity ids to merge from");
        }

        if (from.Contains(request.Get(To), StringComparer.Ordinal))
        {
            return Reply.Invalid("to_entity_id should not be present in from_entity_ids");
        }

        if (await EntityStore.FindAsync(work, request.Get(To), cancellation) is not { } target)
        {
            return Reply.Invalid("entity id to merge to is invalid");
        }

        var merge = new EntityMerge(work, target, request.Get(Keep));
        foreach (var id in from)
        {
            if (await EntityStore.FindAsync(work, id, cancellation) is not { } source)
            {
                return Reply.Invalid("entity id to merge from is invalid");
            }

            if (merge.ProblemOf(source) is { } problem)
            {
                return Reply.Invalid(problem);
            }

            merge.Take(source, request.Now);
        }

        merge.Finish();
        return Reply.Done;
    }

    private async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var entities = await AllAsync(cancellation);
        return IdentityLists.Of(entities, entity => entity.Id, (json, entity) =>
        {
            json.WriteString("name", entity.Name);
            json.WriteStartArray("aliases");
            foreach (var alias in entity.Aliases)
            {
                json.WriteStartObject();
                json.WriteString("id", alias.Id);
                json.WriteString("name", alias.Name);
                IdentityJson.WriteMount(json, alias, request.Router.Table);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private async ValueTask<Reply> ListNamesAsync(EngineRequest request, CancellationToken cancellation) =>
        Reply.Keys([.. (await AllAsync(cancellation)).Select(entity => entity.Name).Order(StringComparer.Ordinal)]);

    private ValueTask<List<EntityRecord>> AllAsync(CancellationToken cancellation) =>
        IdentityLists.AllAsync(transactions, IdentityKeys.Entities, EntityStore.FindAsync, cancellation);
}
