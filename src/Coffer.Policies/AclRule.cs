using System.Collections.Immutable;

namespace Coffer.Policies;

/// <summary>One <c>path</c> block of a policy, as written.</summary>
public sealed record AclRule
{
    internal AclRule(RulePath pattern) => Pattern = pattern;

    /// <summary>No parameters; names compare without regard to case.</summary>
    public static ImmutableDictionary<string, ImmutableArray<ParameterValue>> NoParameters { get; } =
        ImmutableDictionary.Create<string, ImmutableArray<ParameterValue>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The path pattern without its leading slash, templates not filled in.</summary>
    public required string Path { get; init; }

    /// <summary>The line of the path, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The column of the path, from 1.</summary>
    public required int Column { get; init; }

    /// <summary>What is granted; <see cref="AclCapabilities.Deny"/> is never combined with others.</summary>
    public required AclCapabilities Capabilities { get; init; }

    /// <summary>When not empty, no other parameter may be sent; an empty list of values allows any value; <c>*</c> opens the unlisted.</summary>
    public ImmutableDictionary<string, ImmutableArray<ParameterValue>> AllowedParameters { get; init; } = NoParameters;

    /// <summary>Parameters that may not be sent, or not with these values; an empty list denies any value, the name <c>*</c> any parameter.</summary>
    public ImmutableDictionary<string, ImmutableArray<ParameterValue>> DeniedParameters { get; init; } = NoParameters;

    /// <summary>Parameters that must be sent, in lower case.</summary>
    public ImmutableArray<string> RequiredParameters { get; init; } = [];

    /// <summary>The reply must be wrapped for at least this long. Null: no lower bound.</summary>
    public TimeSpan? MinWrappingTtl { get; init; }

    /// <summary>The reply must be wrapped, for at most this long. Null: no upper bound.</summary>
    public TimeSpan? MaxWrappingTtl { get; init; }

    /// <summary>What is beside a <c>deny</c> and has no effect.</summary>
    internal AclCapabilities Overridden { get; init; }

    /// <summary>The path, cut into text and templates.</summary>
    internal RulePath Pattern { get; }
}
