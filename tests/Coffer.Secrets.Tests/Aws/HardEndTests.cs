using Coffer.Secrets.Aws.Credentials;

namespace Coffer.Secrets.Tests.Aws;

public sealed class HardEndTests
{
    private static readonly DateTimeOffset Issue = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(3600, null, 3600)]
    [InlineData(3600, 15.0, 15)]
    [InlineData(3600, 15.2, 16)]
    [InlineData(3600, 3600.0, 3600)]
    [InlineData(3600, 9000.0, 3600)]
    public void Aws_ends_a_user_with_its_lease_or_with_the_token_that_owns_it_whichever_is_first(int max, double? owner, int expected) =>
        Assert.Equal(Issue.AddSeconds(expected), HardEnd.After(Issue, TimeSpan.FromSeconds(max), owner is { } seconds ? Issue.AddSeconds(seconds) : null));
}
