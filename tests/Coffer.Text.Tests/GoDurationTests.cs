using CsCheck;

namespace Coffer.Text.Tests;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("30", 30)]
    [InlineData("30s", 30)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData("7d", 604800)]
    [InlineData("-1", -1)]
    [InlineData("+2m", 120)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("0000000000000000000000000000001s", 1)]
    [InlineData("90000ms", 90)]
    public void Durations_are_read_as_people_write_them(string text, double seconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("1ns")]
    [InlineData("99ns")]
    [InlineData("0.00000001s")]
    [InlineData("-1ns")]
    public void A_duration_too_short_to_count_is_not_read_as_none(string text)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.NotEqual(TimeSpan.Zero, duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Empty_text_is_no_time(string text)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.Zero, duration);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("h")]
    [InlineData("1x")]
    [InlineData("1.2.3s")]
    [InlineData("1h-1m")]
    [InlineData("1 h")]
    [InlineData("1h30")]
    [InlineData("1.5")]
    [InlineData(".s")]
    [InlineData("99999999999999999999")]
    [InlineData("9999999999h")]
    [InlineData("9999999999hours")]
    [InlineData("2562047h2562047hx")]
    public void Anything_else_is_refused(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData("2562047h", true, false)]
    [InlineData("2562048h", false, true)]
    [InlineData("9223372036", true, false)]
    [InlineData("9223372037", false, true)]
    [InlineData("2562047h47m16s", true, false)]
    [InlineData("2562047h48m", false, true)]
    [InlineData("-2562048h", false, true)]
    [InlineData("99999999999999999999999999999999999999999999", false, true)]
    [InlineData("99999999999999999999999999999999999999999999.5h", false, true)]
    [InlineData("9999999999h9999999999h9999999999h", false, true)]
    [InlineData("9999999999hours", false, false)]
    [InlineData("9999999999h1", false, false)]
    [InlineData("soon", false, false)]
    public void A_duration_that_is_too_long_is_told_from_a_text_that_is_none(string text, bool isRead, bool isTooLong) =>
        Assert.Equal((isRead, isTooLong), (GoDuration.TryParse(text, out _, out var tooLong), tooLong));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3599, "59m59s")]
    [InlineData(3600, "1h")]
    [InlineData(3601, "1h0m1s")]
    [InlineData(5400, "1h30m")]
    [InlineData(36000, "10h")]
    [InlineData(600, "10m")]
    [InlineData(2764800, "768h")]
    [InlineData(-90, "-1m30s")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    public void Seconds_are_shown_without_empty_parts(long seconds, string expected) => Assert.Equal(expected, GoDuration.Human(seconds));

    [Fact]
    public void A_formatted_duration_is_read_back_as_the_same() =>
        Gen.Long[-9_000_000_000_000_0000, 9_000_000_000_000_0000].Sample(ticks =>
        {
            var duration = TimeSpan.FromTicks(ticks);
            return GoDuration.TryParse(GoDuration.Format(duration), out var again) && again == duration;
        });
}
