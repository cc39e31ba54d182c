using System.Diagnostics.CodeAnalysis;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Names;

namespace Coffer.Policies;

/// <summary>
/// The name of a policy, folded by <see cref="NameFold"/>, so that equal names are equal values. What it may be is said by <see cref="PolicyNames"/>. The
/// default value is the empty name, which no policy has.
/// </summary>
public readonly record struct PolicyName : IComparable<PolicyName>
{
    private readonly string? _value;

    private PolicyName(string value) => _value = value;

    /// <summary>The policy that allows everything and has no text.</summary>
    public static PolicyName Root { get; } = new("root");

    /// <summary>The policy every token gets unless it is asked not to; editable, not deletable.</summary>
    public static PolicyName Default { get; } = new("default");

    /// <summary>The policy of a wrapping token; fixed, and not for other tokens.</summary>
    public static PolicyName ResponseWrapping { get; } = new("response-wrapping");

    /// <summary>The canonical text.</summary>
    public string Value => _value ?? "";

    /// <summary>Makes a name canonical; false when it cannot be the name of a policy.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PolicyName name)
    {
        var canonical = NameFold.Of(text ?? "");
        var valid = PolicyNames.IsName(canonical);
        name = valid ? new PolicyName(canonical) : default;
        return valid;
    }

    /// <summary>Makes a name canonical.</summary>
    /// <exception cref="FormatException">It cannot be the name of a policy.</exception>
    public static PolicyName Parse(string text) => TryParse(text, out var name)
        ? name
        : throw new FormatException(PolicyNames.Rule);

    /// <summary>Ordinal order of the text.</summary>
    public int CompareTo(PolicyName other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Ordinal order of the text.</summary>
    public static bool operator <(PolicyName left, PolicyName right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order of the text.</summary>
    public static bool operator <=(PolicyName left, PolicyName right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order of the text.</summary>
    public static bool operator >(PolicyName left, PolicyName right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order of the text.</summary>
    public static bool operator >=(PolicyName left, PolicyName right) => left.CompareTo(right) >= 0;
}
