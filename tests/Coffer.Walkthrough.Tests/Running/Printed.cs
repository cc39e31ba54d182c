using System.Globalization;
using System.Text.RegularExpressions;
using Coffer.Aws.Signing;

namespace Coffer.Walkthrough.Tests.Running;

/// <summary>Reads values off a table that the command line has printed.</summary>
internal static partial class Printed
{
    public static string Row(string table, string key)
    {
        var line = table.Split('\n').FirstOrDefault(line => line.StartsWith(key + " ", StringComparison.Ordinal));
        Assert.True(line is not null, $"no row {key} in:\n{table}");
        return line[key.Length..].Trim();
    }

    /// <summary>A duration such as <c>1h59m58s</c>.</summary>
    public static TimeSpan Duration(string table, string key)
    {
        var match = DurationPattern().Match(Row(table, key));
        Assert.True(match.Success, $"{key} is no duration in:\n{table}");
        int Part(int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;
        return new TimeSpan(Part(1), Part(2), Part(3));
    }

    /// <summary>The credentials that <c>read aws/creds/...</c> shows.</summary>
    public static AwsCredentials Credentials(string table) =>
        new(Row(table, "access_key"), Row(table, "secret_key"), Row(table, "security_token") is var token and not "<nil>" ? token : null);

    [GeneratedRegex(@"^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$")]
    private static partial Regex DurationPattern();
}
