
namespace Coffer.Policies.Lint;

/// <summary>The forms that a template may have; see <see cref="PolicyTemplateValues.TryResolve"/> for what they stand for.</summary>
internal static class TemplateNames
{
    /// <summary>Whether there can be somebody for whom the template has a value.</summary>
    public static bool IsKnown(string template)
    {
        var parts = template.Split('.');
        return parts switch
        {
            ["identity", "entity", "id" or "name"] => true,
            ["identity", "entity", "metadata", .. { Length: > 0 } key] => HasText(key),
            ["identity", "entity", "aliases", { Length: > 0 }, "id" or "name"] => true,
            ["identity", "entity", "aliases", { Length: > 0 }, "metadata" or "custom_metadata", .. { Length: > 0 } key] => HasText(key),

            // The name of a group may hold dots, so anything may stand before the end.
            ["identity", "groups", "names" or "ids", .. { Length: > 1 } rest] => rest[^1] is "id" or "name" || rest.AsSpan(1..).IndexOf("metadata") >= 0,
            _ => false,
        };
    }

    private static bool HasText(string[] parts) => parts.Any(part => part.Length > 0);
}
