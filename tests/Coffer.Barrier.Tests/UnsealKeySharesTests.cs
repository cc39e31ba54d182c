using Coffer.Sdk.Primitives;
using CsCheck;

namespace Coffer.Barrier.Tests;

public sealed class UnsealKeySharesTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    [Fact]
    public void One_of_one_is_the_raw_key()
    {
        var share = Assert.Single(Split(1, 1));

        Assert.Equal(Key, share.Expose().ToArray());
        Assert.Equal(Key, Combined([share]));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(5, 3)]
    [InlineData(255, 255)]
    public void More_than_one_share_is_the_key_and_a_coordinate(int shares, int threshold)
    {
        var split = Split(shares, threshold);

        Assert.Equal(shares, split.Count);
        Assert.All(split, share => Assert.Equal(33, share.Expose().Length));
        Assert.Equal(Key, Combined([.. split.Take(threshold)]));
    }

    [Theory]
    [InlineData(0, 0, "shares must be at least one")]
    [InlineData(-2, -2, "shares must be at least one")]
    [InlineData(256, 2, "shares must be less than 256")]
    [InlineData(1, 0, "threshold must be at least one")]
    [InlineData(3, 5, "threshold cannot be larger than shares")]
    [InlineData(3, 1, "threshold must be greater than one for multiple shares")]
    [InlineData(255, 2, null)]
    [InlineData(1, 1, null)]
    public void Wrong_numbers_of_shares_and_thresholds_are_refused_in_the_words_that_clients_know(int shares, int threshold, string? problem)
    {
        Assert.Equal(problem, UnsealKeyShares.Problem(shares, threshold));
        if (problem is not null)
        {
            Assert.Contains(problem, Assert.Throws<ArgumentException>(() => Split(shares, threshold)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_key_of_another_length_is_not_split()
    {
        using var shorter = SecretBytes.CopyOf(new byte[31]);

        Assert.Throws<ArgumentException>(() => UnsealKeyShares.Split(shorter, 1, 1, new SeededRandom(1)));
    }

    [Fact]
    public void A_lone_share_of_many_is_refused()
    {
        var share = Split(2, 2)[0];

        Assert.Equal("a single key share must have 32 bytes", Assert.Throws<BarrierException>(() => UnsealKeyShares.Combine([share])).Message);
    }

    [Fact]
    public void Hex_in_either_case_and_base64_give_the_same_share() =>
        Gen.Byte.Array[16, 40].Sample(bytes =>
            Parsed(Convert.ToHexString(bytes))!.SequenceEqual(bytes)
            && Parsed(Convert.ToHexStringLower(bytes))!.SequenceEqual(bytes)
            && Parsed(Convert.ToBase64String(bytes))!.SequenceEqual(bytes));

    [Fact]
    public void Text_that_is_both_is_hex() => Assert.Equal([0xAB, 0xCD], Parsed("abcd")!);

    [Theory]
    [InlineData("")]
    [InlineData("!!!!")]
    [InlineData("%%%")]
    [InlineData("zz-not-a-key")]
    [InlineData("QUJD QUJE")]
    [InlineData("QUJDRA")]
    [InlineData("é")]
    public void Anything_else_is_no_share(string text) => Assert.Null(Parsed(text));

    [Fact]
    public void Text_beyond_the_bound_is_no_share() => Assert.Null(Parsed(new string('0', 1026)));

    [Fact]
    public void Random_text_is_a_share_only_where_encoding_leads_back_to_it() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["0123456789abcdefABCDEF"], 0, 70], Gen.String[Gen.Char["AZaz09+/ \n-_"], 0, 70]).Sample(text =>
            Parsed(text) is not { } share
            || Convert.ToHexString(share).Equals(text, StringComparison.OrdinalIgnoreCase)
            || Convert.ToBase64String(share) == text);

    private static IReadOnlyList<SecretBytes> Split(int shares, int threshold)
    {
        using var key = SecretBytes.CopyOf(Key);
        return UnsealKeyShares.Split(key, shares, threshold, new SeededRandom(3));
    }

    private static byte[] Combined(IReadOnlyList<SecretBytes> shares)
    {
        using var key = UnsealKeyShares.Combine(shares);
        return key.Expose().ToArray();
    }

    private static byte[]? Parsed(string text)
    {
        using var share = UnsealKeyShares.Parse(text);
        return share?.Expose().ToArray();
    }
}
