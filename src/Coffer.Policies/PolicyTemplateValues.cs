using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Coffer.Policies;

/// <summary>What <c>{{identity...}}</c> in the paths of rules stands for, for one caller.</summary>
public sealed record PolicyTemplateValues
{
    private static readonly ImmutableDictionary<string, string> NoText = ImmutableDictionary<string, string>.Empty;

    /// <summary>No entity: every templated rule drops out.</summary>
    public static PolicyTemplateValues None { get; } = new();

    /// <summary>The entity's id; null without an entity.</summary>
    public string? EntityId { get; init; }

    /// <summary>The entity's name.</summary>
    public string? EntityName { get; init; }

    /// <summary>The entity's metadata.</summary>
    public IReadOnlyDictionary<string, string> EntityMetadata { get; init; } = NoText;

    /// <summary>The entity's aliases by mount accessor.</summary>
    public IReadOnlyDictionary<string, TemplateAlias> Aliases { get; init; } = ImmutableDictionary<string, TemplateAlias>.Empty;

    /// <summary>The groups the entity is in, directly or through others. Never others: their names would leak.</summary>
    public IReadOnlyList<TemplateGroup> Groups { get; init; } = [];

    /// <summary>The value of a template such as <c>identity.entity.name</c>; false when there is none, or an empty one.</summary>
    public bool TryResolve(string template, [NotNullWhen(true)] out string? value)
    {
        ArgumentNullException.ThrowIfNull(template);
        value = Cut(template, "identity.entity.", out var entity) ? Entity(entity)
            : Cut(template, "identity.groups.", out var group) ? Group(group)
            : null;
        return !string.IsNullOrEmpty(value);
    }

    private string? Entity(string selector)
    {
        if (EntityId is null)
        {
            return null;
        }

        if (Cut(selector, "aliases.", out var alias))
        {
            var (accessor, field) = Split(alias);
            return Aliases.TryGetValue(accessor, out var found) ? found.Select(field) : null;
        }

        return selector switch
        {
            "id" => EntityId,
            "name" => EntityName,
            _ => Cut(selector, "metadata.", out var key) ? EntityMetadata.GetValueOrDefault(key) : null,
        };
    }

    private string? Group(string selector)
    {
        var byName = Cut(selector, "names.", out var rest);
        if (!byName && !Cut(selector, "ids.", out rest))
        {
            return null;
        }

        // A group's name may hold dots, so the group is looked for, not cut off at the first dot.
        foreach (var group in Groups)
        {
            if (Cut(rest, (byName ? group.Name : group.Id) + ".", out var field) && group.Select(field) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    private static bool Cut(string text, string start, out string rest)
    {
        var starts = text.StartsWith(start, StringComparison.Ordinal);
        rest = starts ? text[start.Length..] : "";
        return starts;
    }

    private static (string Head, string Tail) Split(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? (text, "") : (text[..dot], text[(dot + 1)..]);
    }
}

/// <summary>An alias, as far as templates can see it.</summary>
/// <param name="Id">The alias's id.</param>
/// <param name="Name">The name at the mount.</param>
/// <param name="Metadata">Set by the auth method.</param>
/// <param name="CustomMetadata">Set by operators.</param>
public sealed record TemplateAlias(
    string Id, string Name, IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, string> CustomMetadata)
{
    internal string? Select(string field)
    {
        const string MetadataStart = "metadata.";
        const string CustomStart = "custom_metadata.";
        return field switch
        {
            "id" => Id,
            "name" => Name,
            _ when field.StartsWith(MetadataStart, StringComparison.Ordinal) => Metadata.GetValueOrDefault(field[MetadataStart.Length..]),
            _ when field.StartsWith(CustomStart, StringComparison.Ordinal) => CustomMetadata.GetValueOrDefault(field[CustomStart.Length..]),
            _ => null,
        };
    }
}

/// <summary>A group, as far as templates can see it.</summary>
/// <param name="Id">The group's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Metadata">Its metadata.</param>
public sealed record TemplateGroup(string Id, string Name, IReadOnlyDictionary<string, string> Metadata)
{
    internal string? Select(string field)
    {
        const string MetadataStart = "metadata.";
        return field switch
        {
            "id" => Id,
            "name" => Name,
            _ => field.StartsWith(MetadataStart, StringComparison.Ordinal) ? Metadata.GetValueOrDefault(field[MetadataStart.Length..]) : null,
        };
    }
}
