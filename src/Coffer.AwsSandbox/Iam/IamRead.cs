using System.Text.RegularExpressions;
using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;
using Group = Coffer.AwsSandbox.Accounts.Group;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Reads and checks the parameters that many IAM actions share.</summary>
internal static partial class IamRead
{
    private const int TagsMax = 50;

    public static string NewName(QueryCall call, string parameter, int most)
    {
        var name = call.Bounded(parameter, 1, most);
        return NameShape().IsMatch(name) ? name : throw BadName(parameter);
    }

    public static string Path(QueryCall call)
    {
        var path = call.Optional("Path") ?? "/";
        QueryCall.Bounded("Path", path, 1, 512);
        return PathShape().IsMatch(path)
            ? path
            : throw AwsFault.Validation(
                "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.");
    }

    public static string PathPrefix(QueryCall call)
    {
        var prefix = call.Optional("PathPrefix") ?? "/";
        QueryCall.Bounded("PathPrefix", prefix, 1, 512);
        return prefix[0] == '/' && prefix.All(letter => letter is >= '!' and <= '\u007F')
            ? prefix
            : throw AwsFault.Validation("The specified value for pathPrefix is invalid. It must begin with / and contain no spaces.");
    }

    public static User User(QueryCall call)
    {
        var name = call.Bounded("UserName", 1, 128);
        _ = NameShape().IsMatch(name) ? name : throw BadName("UserName");
        return call.Account.Users.GetValueOrDefault(name) ?? throw AwsFault.NotFound($"The user with name {name} cannot be found.");
    }

    /// <summary>The named user, or the caller's own when none is named.</summary>
    public static User UserOrSelf(QueryCall call) =>
        call.Optional("UserName") is not null
            ? User(call)
            : call.Caller.User ?? throw AwsFault.Validation("Must specify userName when calling with non-User credentials");

    public static Group Group(QueryCall call)
    {
        var name = call.Bounded("GroupName", 1, 128);
        _ = NameShape().IsMatch(name) ? name : throw BadName("GroupName");
        return call.Account.Groups.GetValueOrDefault(name) ?? throw AwsFault.NotFound($"The group with name {name} cannot be found.");
    }

    public static Role Role(QueryCall call)
    {
        var name = call.Bounded("RoleName", 1, 64);
        _ = NameShape().IsMatch(name) ? name : throw BadName("RoleName");
        return call.Account.Roles.GetValueOrDefault(name) ?? throw AwsFault.NotFound($"The role with name {name} cannot be found.");
    }

    public static ManagedPolicy Policy(QueryCall call)
    {
        var arn = call.Bounded("PolicyArn", 20, 2048);
        return call.Account.Policies.GetValueOrDefault(arn) ?? throw AwsFault.NotFound($"Policy {arn} was not found.");
    }

    /// <summary>A policy that is to be attached or to be a boundary.</summary>
    public static ManagedPolicy Attachable(QueryCall call, string parameter)
    {
        var arn = call.Bounded(parameter, 20, 2048);
        if (!arn.StartsWith("arn:", StringComparison.Ordinal))
        {
            throw new AwsFault(400, "InvalidInput", $"ARN {arn} is not valid.");
        }

        return call.Account.Policies.GetValueOrDefault(arn)
            ?? throw AwsFault.NotFound($"Policy {arn} does not exist or is not attachable.");
    }

    /// <summary>The tags of a request, checked as AWS does.</summary>
    public static List<KeyValuePair<string, string>> Tags(QueryCall call)
    {
        var keys = call.Members("Tags", ".Key");
        var values = call.Members("Tags", ".Value");
        if (keys.Count > TagsMax)
        {
            throw QueryCall.Constraint("'[...]'", "Tags", $"Member must have length less than or equal to {TagsMax}");
        }

        if (values.Count != keys.Count)
        {
            throw QueryCall.Constraint("null", "Tags", "Member must not be null");
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < keys.Count; i++)
        {
            CheckTag(keys[i], values[i]);
            if (!seen.Add(keys[i]))
            {
                throw new AwsFault(400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
            }
        }

        return [.. keys.Zip(values, KeyValuePair.Create)];
    }

    /// <summary>Adds tags to what is there; a key in other letter case replaces.</summary>
    public static void AddTags(SortedDictionary<string, string> tags, List<KeyValuePair<string, string>> added)
    {
        var fresh = added.Count(tag => !tags.ContainsKey(tag.Key));
        if (tags.Count + fresh > TagsMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for TagsPerEntity: {TagsMax}");
        }

        foreach (var (key, value) in added)
        {
            tags.Remove(key);
            tags.Add(key, value);
        }
    }

    public static StoredPolicy Document(QueryCall call, string parameter, PolicyUse use)
    {
        var text = call.Bounded(parameter, 1, 131_072);
        if (text.Any(letter => letter is < ' ' and not ('\t' or '\n' or '\r')))
        {
            throw AwsFault.Validation($"The specified value for {char.ToLowerInvariant(parameter[0])}{parameter[1..]} is invalid. It must contain only printable ASCII characters.");
        }

        try
        {
            return new StoredPolicy(text, PolicyDocument.Parse(text, use));
        }
        catch (PolicyFormatException error)
        {
            throw AwsFault.BadPolicy(error.Message);
        }
    }

    private static void CheckTag(string key, string value)
    {
        QueryCall.Bounded("Tags.1.member.key", key, 1, 128);
        QueryCall.Bounded("Tags.1.member.value", value, 0, 256);
        if (!TagShape().IsMatch(key) || !TagShape().IsMatch(value))
        {
            throw QueryCall.Constraint(
                $"'{key}'", "Tags.1.member.key", @"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+");
        }

        if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
        {
            throw new AwsFault(400, "InvalidInput", $"Tag keys must not start with aws: {key}");
        }
    }

    private static AwsFault BadName(string parameter) => AwsFault.Validation(
        $"The specified value for {char.ToLowerInvariant(parameter[0])}{parameter[1..]} is invalid. "
        + "It must contain only alphanumeric characters and/or the following: +=,.@_-");

    [GeneratedRegex(@"^[A-Za-z0-9+=,.@_\-]+\z")]
    private static partial Regex NameShape();

    [GeneratedRegex(@"^(/|/[\x21-\x7E]+/)\z")]
    private static partial Regex PathShape();

    [GeneratedRegex(@"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")]
    private static partial Regex TagShape();
}
