using Coffer.Sdk.Primitives;
using CsCheck;

namespace Coffer.Barrier.Tests;

public sealed class ShamirTests
{
    [Fact]
    public void Shares_computed_elsewhere_combine_to_their_secrets()
    {
        var run = 0;
        foreach (var vector in Vectors.Json("shamir.json").GetProperty("cases").EnumerateArray())
        {
            var threshold = vector.GetProperty("threshold").GetInt32();
            var shares = vector.GetProperty("shares").EnumerateArray()
                .Select(share => SecretBytes.CopyOf(Convert.FromHexString(share.GetString()!))).ToList();

            Assert.Equal(vector.Hex("secret"), Combined(shares[..threshold]));
            Assert.Equal(vector.Hex("secret"), Combined(shares[^threshold..]));
            Assert.Equal(vector.Hex("secret"), Combined(shares));
            run++;
        }

        Assert.Equal(9, run);
    }

    [Fact]
    public void Any_threshold_of_the_shares_in_any_order_gives_the_secret_back() =>
        Gen.Select(Gen.Byte.Array[1, 40], Gen.Int[2, 12], Gen.Int[0, 10], Gen.Int).Sample((secret, threshold, more, seed) =>
        {
            var shares = Split(secret, threshold + more, threshold, seed);
            new Random(seed).Shuffle(shares);

            return Combined(shares[..threshold]).SequenceEqual(secret) && Combined(shares).SequenceEqual(secret);
        });

    [Fact]
    public void Every_pair_of_255_shares_gives_the_secret_back()
    {
        byte[] secret = [0, 1, 255];
        var shares = Split(secret, 255, 2, seed: 1);

        for (var i = 0; i < 255; i++)
        {
            for (var j = i + 1; j < 255; j++)
            {
                Assert.Equal(secret, Combined([shares[i], shares[j]]));
            }
        }
    }

    // Perfect secrecy: for each value that the secret could have, exactly one further share would lead to it.
    [Fact]
    public void One_share_less_than_the_threshold_fits_every_secret_equally() =>
        Gen.Select(Gen.Byte, Gen.Int[2, 6], Gen.Int).Sample(
            (secret, threshold, seed) =>
            {
                var shares = Split([secret], threshold, threshold, seed);
                var missing = shares[^1].Expose()[^1];
                var reached = Enumerable.Range(0, 256)
                    .Select(y => Combined([.. shares[..^1], SecretBytes.CopyOf([(byte)y, missing])])[0]);

                return reached.Distinct().Count() == 256;
            },
            iter: 50);

    [Fact]
    public void Too_few_shares_do_not_give_the_secret()
    {
        var secret = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var shares = Split(secret, 5, 3, seed: 7);

        Assert.NotEqual(secret, Combined(shares[..2]));
    }

    [Fact]
    public void Coordinates_are_distinct_non_zero_last_and_in_no_fixed_order()
    {
        var first = Split([1], 255, 2, seed: 1).Select(share => share.Expose()[^1]).ToArray();
        var second = Split([1], 255, 2, seed: 2).Select(share => share.Expose()[^1]).ToArray();

        Assert.Equal(Enumerable.Range(1, 255), first.Order().Select(x => (int)x));
        Assert.NotEqual(first, second);
        Assert.NotEqual(first, first.Order());
    }

    [Fact]
    public void Coefficients_are_not_kept_from_being_zero()
    {
        // With threshold 2 the share equals the secret byte exactly when the coefficient is zero: one time in 256.
        var zeros = Enumerable.Range(0, 8)
            .SelectMany(seed => Split(new byte[2048], 2, 2, seed)[0].Expose()[..^1].ToArray())
            .Count(value => value == 0);

        Assert.InRange(zeros, 24, 110);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(256, 2)]
    [InlineData(3, 1)]
    [InlineData(3, 4)]
    public void Impossible_numbers_are_refused(int parts, int threshold) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Split([1], parts, threshold, seed: 1));

    [Fact]
    public void An_empty_secret_is_refused() => Assert.Throws<ArgumentException>(() => Split([], 3, 2, seed: 1));

    [Theory]
    [InlineData("0101", "got 1 key shares, expected 2 to 255")]
    [InlineData("0101 0201ff", "the key shares must all have the same length, at least 2 bytes")]
    [InlineData("01 02", "the key shares must all have the same length, at least 2 bytes")]
    [InlineData("0101 0200", "a key share has the coordinate 0, which no split gives")]
    [InlineData("0102 0202", "two of the key shares have the same coordinate")]
    public void Shares_that_cannot_belong_together_are_refused(string hex, string problem)
    {
        var shares = hex.Split(' ').Select(share => SecretBytes.CopyOf(Convert.FromHexString(share))).ToList();

        var refused = Assert.Throws<BarrierException>(() => Shamir.Combine(shares));

        Assert.Equal((BarrierProblem.KeyMaterial, problem), (refused.Problem, refused.Message));
    }

    [Fact]
    public void Combining_random_bytes_gives_a_secret_or_a_refusal() =>
        Gen.Byte.Array[0, 5].Array[0, 5].Sample(inputs =>
        {
            try
            {
                Combined([.. inputs.Select(input => SecretBytes.CopyOf(input))]);
            }
            catch (BarrierException refused)
            {
                Assert.Equal(BarrierProblem.KeyMaterial, refused.Problem);
            }
        });

    private static SecretBytes[] Split(byte[] secret, int parts, int threshold, int seed)
    {
        using var key = SecretBytes.CopyOf(secret);
        return [.. Shamir.Split(key, parts, threshold, new SeededRandom(seed))];
    }

    private static byte[] Combined(IReadOnlyList<SecretBytes> shares)
    {
        using var secret = Shamir.Combine(shares);
        return secret.Expose().ToArray();
    }
}
