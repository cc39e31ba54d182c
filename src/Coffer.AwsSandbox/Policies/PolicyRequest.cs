using System.Collections.Immutable;

namespace Coffer.AwsSandbox.Policies;

/// <summary>One call as a policy sees it.</summary>
public sealed class PolicyRequest
{
    private readonly Dictionary<string, ImmutableArray<string>> _keys = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Such as <c>iam:CreateUser</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The ARN of what it is about; <c>*</c> for a call about nothing in particular.</summary>
    public required string Resource { get; init; }

    /// <summary>Sets a condition key such as <c>aws:username</c>; a null leaves it absent.</summary>
    public PolicyRequest With(string key, string? value)
    {
        if (value is not null)
        {
            _keys[key] = [value];
        }

        return this;
    }

    /// <summary>Sets a key with several values, such as <c>aws:TagKeys</c>; none leaves it absent.</summary>
    public PolicyRequest With(string key, IEnumerable<string> values)
    {
        ImmutableArray<string> all = [.. values];
        if (all.Length > 0)
        {
            _keys[key] = all;
        }

        return this;
    }

    /// <summary>The values of a key; false when it is absent.</summary>
    public bool TryGet(string key, out ImmutableArray<string> values) => _keys.TryGetValue(key, out values);
}
