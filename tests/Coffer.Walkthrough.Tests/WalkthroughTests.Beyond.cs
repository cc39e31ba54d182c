using Coffer.Walkthrough.Tests.Running;

namespace Coffer.Walkthrough.Tests;

/// <summary>What the tutorial says in words and shows no lines for.</summary>
public abstract partial class WalkthroughTests
{
    /// <summary>Of which twenty-five are for the first lease: a machine with much to do still gets to renew it.</summary>
    private static readonly TimeSpan SecondsMax = TimeSpan.FromSeconds(27);

    [Fact]
    public async Task At_the_end_of_its_lease_a_user_is_deleted_without_anyone_asking()
    {
        var before = await Aws.UserNamesAsync();
        await Here.PlayAsync("AWS engine");
        var made = await Here.HandOutAsync("Leases of seconds", "my-role", SecondsMax);
        var renewed = await Here.PlayAsync("Renew a lease of seconds");
        Assert.InRange(Printed.Duration(renewed, "lease_duration"), TimeSpan.FromSeconds(1), SecondsMax);

        await Aws.OnlyAsync(before);

        // Its end is the maximum, not the lease that was renewed in time; rounded up to the second, so that it may come one later than here.
        Assert.True(DateTimeOffset.UtcNow >= made.HardEnd - TimeSpan.FromSeconds(1), $"the user was gone before {made.HardEnd:O}");
        await DeadAsync(made);
    }
}
