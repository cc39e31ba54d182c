using System.Collections.Immutable;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using static Coffer.Kernel.BuiltIn.Identity.IdentityFields;

namespace Coffer.Kernel.BuiltIn.Identity;

/// <summary><c>identity/lookup</c>: finds an entity or a group by one thing that is known of it; nothing found is an empty 204.</summary>
internal static class LookupPaths
{
    private static readonly Field<string> AliasId = Field.Text("alias_id", "Id of an alias of it.");
    private static readonly Field<string> AliasName = Field.FoldedName("alias_name", "Name of an alias of it; with alias_mount_accessor.");
    private static readonly Field<string> AliasMount = Field.Text("alias_mount_accessor", "Accessor of the alias's mount.");
    private static readonly ImmutableArray<Field> Fields = [Id, Name, AliasId, AliasName, AliasMount];

    private delegate ValueTask<T?> Find<T>(UnitOfWork work, string id, CancellationToken cancellation);

    private delegate ValueTask<T?> FindByName<T>(UnitOfWork work, IdentityName name, CancellationToken cancellation);

    private delegate ValueTask<T?> FindByAlias<T>(UnitOfWork work, string accessor, IdentityName name, CancellationToken cancellation);

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("lookup/entity", "Finds an entity by id, name or alias.") { Fields = Fields, Write = EntityAsync },
        new("lookup/group", "Finds a group by id, name or alias.") { Fields = Fields, Write = GroupAsync },
    ];

    private static async ValueTask<Reply> EntityAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (Problem(request) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var entity = await FindAsync<EntityRecord>(
            request, EntityStore.FindAsync, EntityStore.FindByAliasIdAsync, EntityStore.FindByNameAsync, EntityStore.FindByAliasAsync, cancellation);
        return entity is null ? Reply.Done : await EntityPaths.ShowAsync(request, entity, cancellation);
    }

    private static async ValueTask<Reply> GroupAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (Problem(request) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var group = await FindAsync<GroupRecord>(
            request, GroupStore.FindAsync, GroupStore.FindByAliasIdAsync, GroupStore.FindByNameAsync, GroupStore.FindByAliasAsync, cancellation);
        return group is null ? Reply.Done : await GroupPaths.ShowAsync(request, group, cancellation);
    }

    private static string? Problem(EngineRequest request)
    {
        var byName = request.Get(AliasName).Length > 0;
        var byMount = request.Get(AliasMount).Length > 0;
        var given = new[] { request.Get(Id).Length > 0, request.Get(Name).Length > 0, request.Get(AliasId).Length > 0, byName || byMount }.Count(there => there);
        return given == 0 ? "query parameter not supplied"
            : given > 1 ? "query parameter conflict; please supply distinct set of query parameters"
            : byName != byMount ? "both 'alias_name' and 'alias_mount_accessor' needs to be set"
            : null;
    }

    private static async ValueTask<T?> FindAsync<T>(
        EngineRequest request, Find<T> byId, Find<T> byAliasId, FindByName<T> byName, FindByAlias<T> byAlias, CancellationToken cancellation)
        where T : class
    {
        var work = KernelRequest.Of(request).Work;
        if (request.Get(Id).Length > 0)
        {
            return await byId(work, request.Get(Id), cancellation);
        }

        if (request.Get(AliasId).Length > 0)
        {
            return await byAliasId(work, request.Get(AliasId), cancellation);
        }

        if (request.Get(Name).Length > 0)
        {
            return IdentityName.TryParse(request.Get(Name), out var name) ? await byName(work, name, cancellation) : null;
        }

        // Aliases outlive their mount, so the accessor is judged by its form: it becomes part of a key.
        var accessor = request.Get(AliasMount);
        return PathTemplate.IsName(accessor) && accessor.Length <= Limits.AccessorCharactersMax && IdentityName.TryParse(request.Get(AliasName), out var alias)
            ? await byAlias(work, accessor, alias, cancellation)
            : null;
    }
}
