using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Coffer.Aws.Policies;

namespace Coffer.AwsSandbox.Policies;

/// <summary>What the condition operators of IAM's policy language mean.</summary>
internal static class PolicyConditions
{
    private delegate bool Test(string given, string wanted);

    /// <summary>Operator, its test, and whether it is the opposite of that test.</summary>
    private static readonly FrozenDictionary<string, (Test Holds, bool Negated)> Operators =
        new Dictionary<string, (Test, bool)>(StringComparer.OrdinalIgnoreCase)
        {
            ["StringEquals"] = (StringEquals, false),
            ["StringNotEquals"] = (StringEquals, true),
            ["StringEqualsIgnoreCase"] = (StringEqualsIgnoreCase, false),
            ["StringNotEqualsIgnoreCase"] = (StringEqualsIgnoreCase, true),
            ["StringLike"] = (StringLike, false),
            ["StringNotLike"] = (StringLike, true),
            ["NumericEquals"] = (Numeric(order => order == 0), false),
            ["NumericNotEquals"] = (Numeric(order => order == 0), true),
            ["NumericLessThan"] = (Numeric(order => order < 0), false),
            ["NumericLessThanEquals"] = (Numeric(order => order <= 0), false),
            ["NumericGreaterThan"] = (Numeric(order => order > 0), false),
            ["NumericGreaterThanEquals"] = (Numeric(order => order >= 0), false),
            ["DateEquals"] = (Date(order => order == 0), false),
            ["DateNotEquals"] = (Date(order => order == 0), true),
            ["DateLessThan"] = (Date(order => order < 0), false),
            ["DateLessThanEquals"] = (Date(order => order <= 0), false),
            ["DateGreaterThan"] = (Date(order => order > 0), false),
            ["DateGreaterThanEquals"] = (Date(order => order >= 0), false),
            ["Bool"] = (StringEqualsIgnoreCase, false),
            ["BinaryEquals"] = (StringEquals, false),
            ["IpAddress"] = (Address, false),
            ["NotIpAddress"] = (Address, true),
            ["ArnEquals"] = (ArnLike, false),
            ["ArnLike"] = (ArnLike, false),
            ["ArnNotEquals"] = (ArnLike, true),
            ["ArnNotLike"] = (ArnLike, true),
            [ConditionOperator.Null] = (StringEquals, false),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The operators that have a test here.</summary>
    public static IEnumerable<string> Names => Operators.Keys;

    public static bool Holds(PolicyCondition condition, PolicyRequest request, bool variables)
    {
        var sort = ConditionOperator.Of(condition.Operator);
        var present = request.TryGet(condition.Key, out var given);
        if (sort.IsNull)
        {
            return condition.Values.Any(value => value.Equals(present ? "false" : "true", StringComparison.OrdinalIgnoreCase));
        }

        var (test, negated) = Operators[sort.Name];
        if (!present)
        {
            return sort.IfExists || sort.Values == ConditionValues.All || (negated && sort.Values != ConditionValues.Any);
        }

        var wanted = Wanted(condition, request, variables);
        bool Fits(string value) => wanted.Any(pattern => test(value, pattern)) != negated;
        return sort.Values == ConditionValues.All || (sort.Values == ConditionValues.One && negated) ? given.All(Fits) : given.Any(Fits);
    }

    private static ImmutableArray<string> Wanted(PolicyCondition condition, PolicyRequest request, bool variables) =>
        [.. condition.Values.Select(value => PolicyPattern.Resolve(value, request, variables)).OfType<string>()];

    private static bool StringEquals(string given, string wanted) => given == PolicyPattern.Literal(wanted);

    private static bool StringEqualsIgnoreCase(string given, string wanted) =>
        given.Equals(PolicyPattern.Literal(wanted), StringComparison.OrdinalIgnoreCase);

    private static bool StringLike(string given, string wanted) => PolicyPattern.Fits(wanted, given, ignoreCase: false);

    /// <summary>
    /// Each of the six parts is matched by itself, so a star does not reach over a colon (but for the last part). What is not an ARN matches
    /// nothing, except that a lone star matches everything.
    /// </summary>
    private static bool ArnLike(string given, string wanted)
    {
        var left = given.Split(':', 6);
        var right = wanted.Split(':', 6);
        return left.Length == 6 && right.Length == 6
            ? left.Zip(right).All(pair => PolicyPattern.Fits(pair.Second, pair.First, ignoreCase: false))
            : right.Length == 1 && wanted.Length > 0 && PolicyPattern.Fits(wanted, "", ignoreCase: false);
    }

    private static Test Numeric(Func<int, bool> accepts) => (given, wanted) =>
        decimal.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out var left)
        && decimal.TryParse(wanted, NumberStyles.Float, CultureInfo.InvariantCulture, out var right)
        && accepts(left.CompareTo(right));

    private static Test Date(Func<int, bool> accepts) => (given, wanted) =>
        Instant(given) is { } left && Instant(wanted) is { } right && accepts(left.CompareTo(right));

    /// <summary>ISO 8601, or seconds since the Unix epoch.</summary>
    private static DateTimeOffset? Instant(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds is > -62135596800 and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }

    private static bool Address(string given, string wanted)
    {
        if (!IPAddress.TryParse(given, out var address))
        {
            return false;
        }

        var slash = wanted.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return IPAddress.TryParse(wanted, out var single) && single.Equals(address);
        }

        // AWS takes ranges whose host bits are not zero, so the range is masked here before it is compared.
        if (!IPAddress.TryParse(wanted.AsSpan(0, slash), out var prefix)
            || !int.TryParse(wanted.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return false;
        }

        var left = address.GetAddressBytes();
        var right = prefix.GetAddressBytes();
        if (left.Length != right.Length || length > left.Length * 8)
        {
            return false;
        }

        for (var bit = 0; bit < length; bit++)
        {
            if (((left[bit / 8] ^ right[bit / 8]) & (0x80 >> (bit % 8))) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
