using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Identity;

/// <summary>Entities, groups and aliases as the API shows them.</summary>
internal static class IdentityJson
{
    /// <summary>There is one namespace, and clients expect its name.</summary>
    private const string Namespace = "root";

    /// <param name="groups">The entity's groups, with those these are in.</param>
    public static void WriteEntity(Utf8JsonWriter json, EntityRecord entity, ImmutableArray<GroupRecord> groups, MountTable mounts)
    {
        json.WriteStartArray("aliases");
        foreach (var alias in entity.Aliases)
        {
            json.WriteStartObject();
            WriteAlias(json, alias, entity.Id, mounts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("creation_time", Rfc3339.Format(entity.CreationTime));
        json.WriteTexts("direct_group_ids", groups.Select(group => group.Id).Where(id => entity.GroupIds.Contains(id)));
        json.WriteBoolean("disabled", entity.Disabled);
        json.WriteTexts("group_ids", groups.Select(group => group.Id));
        json.WriteString("id", entity.Id);
        json.WriteTexts("inherited_group_ids", groups.Select(group => group.Id).Where(id => !entity.GroupIds.Contains(id)));
        json.WriteString("last_update_time", Rfc3339.Format(entity.LastUpdateTime));
        json.WriteTextsOrNull("merged_entity_ids", entity.MergedEntityIds);
        WriteMap(json, "metadata", entity.Metadata);
        json.WriteString("name", entity.Name);
        json.WriteString("namespace_id", Namespace);
        json.WriteTexts("policies", entity.Policies);
    }

    public static void WriteGroup(Utf8JsonWriter json, GroupRecord group, IReadOnlyList<string> members, MountTable mounts)
    {
        json.WriteStartObject("alias");
        if (group.Alias is { } alias)
        {
            WriteAlias(json, alias, group.Id, mounts);
        }

        json.WriteEndObject();
        json.WriteString("creation_time", Rfc3339.Format(group.CreationTime));
        json.WriteString("id", group.Id);
        json.WriteString("last_update_time", Rfc3339.Format(group.LastUpdateTime));
        json.WriteTexts("member_entity_ids", members);
        json.WriteTextsOrNull("member_group_ids", group.MemberGroupIds);
        WriteMap(json, "metadata", group.Metadata);
        json.WriteNumber("modify_index", group.ModifyIndex);
        json.WriteString("name", group.Name);
        json.WriteString("namespace_id", Namespace);
        json.WriteTexts("parent_group_ids", group.ParentGroupIds);
        json.WriteTexts("policies", group.Policies);
        json.WriteString("type", group.External ? "external" : "internal");
    }

    /// <param name="owner">Id of the entity or group it belongs to.</param>
    public static void WriteAlias(Utf8JsonWriter json, AliasRecord alias, string owner, MountTable mounts)
    {
        json.WriteString("canonical_id", owner);
        json.WriteString("creation_time", Rfc3339.Format(alias.CreationTime));
        WriteMap(json, "custom_metadata", alias.CustomMetadata);
        json.WriteString("id", alias.Id);
        json.WriteString("last_update_time", Rfc3339.Format(alias.LastUpdateTime));
        json.WriteBoolean("local", false);
        json.WriteTextsOrNull("merged_from_canonical_ids", alias.MergedFrom);
        WriteMap(json, "metadata", alias.Metadata);
        WriteMount(json, alias, mounts);
        json.WriteString("name", alias.Name);
        json.WriteString("namespace_id", Namespace);
    }

    /// <summary>Where an alias is one: a mount that is gone has no path and no type any more.</summary>
    public static void WriteMount(Utf8JsonWriter json, AliasRecord alias, MountTable mounts)
    {
        json.WriteString("mount_accessor", alias.MountAccessor);
        if (MountOf(mounts, alias.MountAccessor) is { } mount)
        {
            json.WriteString("mount_path", mount.Path);
            json.WriteString("mount_type", mount.Type);
        }
    }

    /// <summary>The mount of an accessor, unless it is gone or going.</summary>
    public static MountEntry? MountOf(MountTable mounts, string accessor) =>
        mounts.Mounts.FirstOrDefault(mount => mount.Accessor == accessor && !mount.Draining);

    private static void WriteMap(Utf8JsonWriter json, string name, ImmutableSortedDictionary<string, string>? map)
    {
        json.WritePropertyName(name);
        AuthInfo.WriteMap(json, map);
    }
}
