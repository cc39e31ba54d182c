using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tests.Sdk;

public sealed class SystemRandomTests
{
    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(32)]
    public async Task What_is_drawn_is_never_drawn_again_on_whatever_thread(int length)
    {
        var drawn = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Draw(length), TestContext.Current.CancellationToken)));

        Assert.Equal(4 * Draws, drawn.SelectMany(some => some).Distinct(StringComparer.Ordinal).Count());
    }

    // A block drawn ahead that is read to its end, and a request that would go beyond it.
    [Fact]
    public void Every_bit_is_set_and_clear_about_as_often_for_lengths_that_do_not_divide_the_block()
    {
        var ones = new int[11 * 8];
        for (var i = 0; i < Draws; i++)
        {
            var bytes = new byte[11];
            SystemRandom.Instance.Fill(bytes);
            for (var bit = 0; bit < ones.Length; bit++)
            {
                ones[bit] += (bytes[bit / 8] >> (bit % 8)) & 1;
            }
        }

        // Eight standard deviations: a sound generator fails once in 10^13 runs.
        var allowed = 8 * Math.Sqrt(Draws) / 2;
        Assert.All(ones, count => Assert.InRange(count, (Draws / 2.0) - allowed, (Draws / 2.0) + allowed));
    }

    [Fact]
    public void Nothing_asked_for_is_nothing_given() => SystemRandom.Instance.Fill([]);

    private const int Draws = 2000;

    private static List<string> Draw(int length)
    {
        var drawn = new List<string>();
        for (var i = 0; i < Draws; i++)
        {
            var bytes = new byte[length];
            SystemRandom.Instance.Fill(bytes);
            drawn.Add(Convert.ToHexString(bytes));
        }

        return drawn;
    }
}
