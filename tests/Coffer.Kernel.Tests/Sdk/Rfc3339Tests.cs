using System.Globalization;
using Coffer.Sdk.Fields;
using CsCheck;

namespace Coffer.Kernel.Tests.Sdk;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05.1Z")]
    [InlineData("2026-01-02T03:04:00.0000001Z")]
    [InlineData("2026-01-02T00:00:10Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void A_time_has_the_decimals_it_needs_and_no_more(string text) =>
        Assert.Equal(text, Rfc3339.Format(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture)));

    [Fact]
    public void A_time_elsewhere_is_told_in_UTC() =>
        Assert.Equal("2026-01-02T01:04:05.12Z", Rfc3339.Format(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 120, TimeSpan.FromHours(2))));

    [Fact]
    public void Every_time_is_written_as_the_pattern_has_it() => Gen.DateTimeOffset.Sample(time =>
        Rfc3339.Format(time) == time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
}
