using System.Globalization;
using System.Text.RegularExpressions;

namespace Coffer.Kernel.Tests.Harness;

/// <content>What is true of the store at any moment, whatever has failed.</content>
public sealed partial class KernelHarness
{
    private string? _broken;

    /// <summary>The test damages the store, so there is no look at it at the end.</summary>
    /// <param name="reason">What it damages.</param>
    public void LeaveBroken(string reason) => _broken = reason;

    /// <summary>Every index names a record, and every record has its indexes; what exists outside has a lease.</summary>
    public async Task AssertConsistentAsync()
    {
        // One scan, so one state; what exists outside is looked at after it.
        var all = await KeysAsync("");
        string[] Below(string prefix) => [.. all.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key[prefix.Length..])];
        var leases = Below("lease/id/").Where(IsOfSecret).ToArray();
        var due = Below("due/");
        Assert.All(due, key => Assert.True(long.Parse(key[..16], NumberStyles.HexNumber, CultureInfo.InvariantCulture) > 0));
        Assert.Equal(leases, due.Where(key => key[17] == 'l').Select(key => key[19..]).Order(StringComparer.Ordinal));
        var tokens = Below("token/id/").ToHashSet();
        Assert.All(due.Where(key => key[17] == 't'), key => Assert.Contains(key[19..], tokens));
        Assert.All(Below("lease/owner/"), key => Assert.Contains(key.Split('/', 2)[1], leases));
        Assert.All(Below("lease/attention/"), key => Assert.Contains(key.Split('/', 2)[1], leases));
        Assert.All(Below("token/child/"), key => Assert.Contains(key.Split('/')[^1], tokens));
        Assert.Equal(Below("task/id/"), Below("task/due/").Select(key => key[17..]).Order(StringComparer.Ordinal));
        Assert.All(World.Secrets, name => Assert.Contains(name, leases));
    }

    /// <summary>The lease of a token is below the path that made the token, or wrapped an answer in it, and ends with a hash.</summary>
    private static bool IsOfSecret(string leaseId) => !leaseId.StartsWith("auth/", StringComparison.Ordinal) && !HashAtEnd().IsMatch(leaseId);

    [GeneratedRegex("/h[0-9a-f]{32,}$")]
    private static partial Regex HashAtEnd();
}
