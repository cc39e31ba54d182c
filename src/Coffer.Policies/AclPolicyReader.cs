using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Coffer.Hcl;

namespace Coffer.Policies;

/// <summary>Turns the tree of a policy into rules. The words of its errors are Vault's where Vault has words for them.</summary>
internal static class AclPolicyReader
{
    // Matching recurses once a segment, so the number of segments has to be bounded too.
    private const int PathLengthMax = 2048;

    public static bool TryRead(
        PolicyName name, string text, [NotNullWhen(true)] out AclPolicy? policy, [NotNullWhen(false)] out PolicyError? error)
    {
        policy = null;
        try
        {
            var root = HclText.Parse(text);
            RefuseUnknown(root, "", key => key is "path" or "name");
            foreach (var item in root.Items.Where(item => item.Key.Text == "name" && item.Value is not HclString))
            {
                throw new PolicyReadException(item.Position, $"\"name\" must be a string, found {item.Value.Kind}");
            }

            policy = new AclPolicy(name, [.. root.Blocks("path", 1).Select(Rule)]);
            error = null;
            return true;
        }
        catch (HclException refused)
        {
            error = new PolicyError("failed to parse policy: " + refused.AnonymousMessage, refused.Line, refused.Column);
        }
        catch (PolicyReadException refused)
        {
            error = new PolicyError("failed to parse policy: " + refused.Message, refused.Position.Line, refused.Position.Column);
        }

        return false;
    }

    private static AclRule Rule(HclBlock block)
    {
        var written = block.Labels[0].Text;

        // By its line, not by its text: a refusal repeats nothing that was sent.
        var place = string.Create(CultureInfo.InvariantCulture, $"path on line {block.Position.Line}");
        RefuseUnknown(block.Body, place + ": ", IsRuleKey);
        RefuseUnsupported(block.Body, place);
        if (written.Length > PathLengthMax)
        {
            throw new PolicyReadException(block.Position, $"path at line {block.Position.Line}: longer than {PathLengthMax} characters");
        }

        var path = written.StartsWith('/') ? written[1..] : written;
        if (path.Contains("+*", StringComparison.Ordinal))
        {
            throw new PolicyReadException(block.Position, $"{place}: invalid use of wildcards ('+*' is forbidden)");
        }

        if (!RulePath.TryParse(path, out var pattern))
        {
            throw new PolicyReadException(block.Position, "failed to validate policy templating: unbalanced templating characters");
        }

        var (min, max) = WrappingBounds(block.Body);
        var rule = new AclRule(pattern)
        {
            Path = path,
            Line = block.Position.Line,
            Column = block.Position.Column,
            Capabilities = Legacy(block.Body, place) | Capabilities(block.Body, place),
            AllowedParameters = Parameters(block.Body, "allowed_parameters", place),
            DeniedParameters = Parameters(block.Body, "denied_parameters", place),
            RequiredParameters = [.. Strings(block.Body, "required_parameters", place).Select(text => text.Value.ToLowerInvariant()).Distinct()],
            MinWrappingTtl = min,
            MaxWrappingTtl = max,
        };
        _ = Strings(block.Body, "subscribe_event_types", place);
        return rule.Capabilities.HasFlag(AclCapabilities.Deny) ? Closed(rule) : rule;
    }

    private static bool IsRuleKey(string key) => key is "comment" or "policy" or "capabilities" or "allowed_parameters" or "denied_parameters"
        or "required_parameters" or "min_wrapping_ttl" or "max_wrapping_ttl" or "mfa_methods" or "control_group" or "subscribe_event_types";

    private static AclRule Closed(AclRule rule) => new(rule.Pattern)
    {
        Path = rule.Path,
        Line = rule.Line,
        Column = rule.Column,
        Capabilities = AclCapabilities.Deny,
        Overridden = rule.Capabilities & ~AclCapabilities.Deny,
    };

    private static void RefuseUnknown(HclObject body, string place, Func<string, bool> known)
    {
        var unknown = body.Items.Where(item => !known(item.Key.Text)).ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        var message = new StringBuilder(unknown.Count == 1
            ? "1 error occurred:\n"
            : string.Create(CultureInfo.InvariantCulture, $"{unknown.Count} errors occurred:\n"));
        foreach (var item in unknown)
        {
            message.Append(CultureInfo.InvariantCulture, $"\t* {place}invalid key on line {item.Position.Line}, column {item.Position.Column}\n");
        }

        throw new PolicyReadException(unknown[0].Position, message.Append('\n').ToString());
    }

    /// <summary>These narrow what a rule grants. To accept and ignore them would open paths that their author meant to guard.</summary>
    private static void RefuseUnsupported(HclObject body, string place)
    {
        foreach (var item in body.Items.Where(item => item.Key.Text is "mfa_methods" or "control_group"))
        {
            throw new PolicyReadException(
                item.Position, $"{place}: \"{item.Key.Text}\" on line {item.Position.Line} is not supported, and the path would be open without it; remove it to accept that");
        }
    }

    private static HclItem? Only(HclObject body, string key, string place)
    {
        var items = body.Items.Where(item => item.Key.Text == key).Take(2).ToList();
        return items.Count < 2
            ? items.FirstOrDefault()
            : throw new PolicyReadException(items[1].Position, $"{place}: \"{key}\" is given again on line {items[1].Position.Line}");
    }

    private static AclCapabilities Legacy(HclObject body, string place)
    {
        const AclCapabilities Write =
            AclCapabilities.Create | AclCapabilities.Read | AclCapabilities.Update | AclCapabilities.Delete | AclCapabilities.List;
        var item = Only(body, "policy", place);
        return item?.Value switch
        {
            null or HclString { Value: "" } => AclCapabilities.None,
            HclString { Value: "deny" } => AclCapabilities.Deny,
            HclString { Value: "read" } => AclCapabilities.Read | AclCapabilities.List,
            HclString { Value: "write" } => Write,
            HclString { Value: "sudo" } => Write | AclCapabilities.Sudo,
            HclString text => throw new PolicyReadException(item.Value.Position, $"{place}: \"policy\" must be read, write, deny or sudo"),
            _ => throw new PolicyReadException(item.Value.Position, $"{place}: \"policy\" must be a string, found {item.Value.Kind}"),
        };
    }

    private static AclCapabilities Capabilities(HclObject body, string place)
    {
        var all = AclCapabilities.None;
        foreach (var text in Strings(body, "capabilities", place))
        {
            all |= AclCapabilityNames.TryParse(text.Value, out var capability)
                ? capability
                : throw new PolicyReadException(text.Position, $"{place}: invalid capability on line {text.Position.Line}, column {text.Position.Column}; there are {AclCapabilityNames.Known}");
        }

        return all;
    }

    private static ImmutableArray<HclString> Strings(HclObject body, string key, string place)
    {
        if (Only(body, key, place) is not { } item)
        {
            return [];
        }

        if (item.Value is not HclList list)
        {
            throw new PolicyReadException(item.Value.Position, $"{place}: \"{key}\" must be a list of strings, found {item.Value.Kind}");
        }

        return [.. list.Items.Select(value => value as HclString
            ?? throw new PolicyReadException(value.Position, $"{place}: \"{key}\" must be a list of strings, found {value.Kind} in it"))];
    }

    private static ImmutableDictionary<string, ImmutableArray<ParameterValue>> Parameters(HclObject body, string key, string place)
    {
        var item = Only(body, key, place);
        if (item is null)
        {
            return AclRule.NoParameters;
        }

        if (item.Value is not HclObject map || item.Labels.Length > 0)
        {
            throw new PolicyReadException(item.Value.Position, $"{place}: \"{key}\" must be a map of lists, found {item.Value.Kind}");
        }

        var parameters = AclRule.NoParameters.ToBuilder();
        foreach (var entry in map.Items)
        {
            if (entry.Value is not HclList list)
            {
                throw new PolicyReadException(
                    entry.Value.Position, $"{place}: each entry of \"{key}\" must be a list of values, found {entry.Value.Kind}");
            }

            if (!parameters.TryAdd(entry.Key.Text.ToLowerInvariant(), [.. list.Items.Select(value => new ParameterValue(value))]))
            {
                throw new PolicyReadException(entry.Position, $"{place}: line {entry.Position.Line} repeats a name in \"{key}\"");
            }
        }

        return parameters.ToImmutable();
    }

    private static (TimeSpan? Min, TimeSpan? Max) WrappingBounds(HclObject body)
    {
        var min = Ttl("min_wrapping_ttl");
        var max = Ttl("max_wrapping_ttl");
        return min is null || max is null || max >= min
            ? (min, max)
            : throw new PolicyReadException(body.Find("max_wrapping_ttl")!.Position, "max_wrapping_ttl cannot be less than min_wrapping_ttl");

        TimeSpan? Ttl(string key)
        {
            if (Only(body, key, "path") is not { } item)
            {
                return null;
            }

            if (!WrappingTtl.TryParse(item.Value, out var ttl))
            {
                throw new PolicyReadException(
                    item.Value.Position, $"error parsing {key} on line {item.Value.Position.Line}: expected seconds or the like of \"90s\" or \"1h30m\"");
            }

            // As in Vault, zero is the same as absent.
            return ttl == TimeSpan.Zero ? null : ttl;
        }
    }

    private sealed class PolicyReadException(HclPosition position, string message) : Exception(message)
    {
        public HclPosition Position { get; } = position;
    }
}
