using Coffer.Sdk.Primitives;

namespace Coffer.Barrier.Tests;

public sealed class UnsealProgressTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];

    [Fact]
    public void Distinct_shares_are_counted_until_the_key_comes_out()
    {
        using var progress = new UnsealProgress(5, 3, new SeededRandom(1));
        var shares = Shares(5, 3);
        Assert.Equal(("", 0), (progress.Nonce, progress.Progress));

        Assert.Equal(new UnsealAnswer.Progressed(1), progress.Give(Hex(shares[4])));
        var nonce = progress.Nonce;
        Assert.Equal(new UnsealAnswer.Progressed(2), progress.Give(Convert.ToBase64String(shares[0])));

        Assert.True(Guid.TryParse(nonce, out _));
        Assert.Equal(nonce, progress.Nonce);
        using var key = Assert.IsType<UnsealAnswer.Complete>(progress.Give(shares[2])).Key;
        Assert.Equal(Key, key.Expose().ToArray());
        Assert.Equal(("", 0), (progress.Nonce, progress.Progress));
    }

    [Fact]
    public void A_share_given_twice_in_whatever_text_changes_nothing()
    {
        using var progress = new UnsealProgress(5, 3, new SeededRandom(1));
        var share = Shares(5, 3)[0];
        progress.Give(Hex(share));
        var nonce = progress.Nonce;

        Assert.Equal(new UnsealAnswer.Duplicate(1), progress.Give(Hex(share).ToUpperInvariant()));
        Assert.Equal(new UnsealAnswer.Duplicate(1), progress.Give(Convert.ToBase64String(share)));
        Assert.Equal((nonce, 1), (progress.Nonce, progress.Progress));
    }

    [Fact]
    public void The_raw_key_is_enough_where_there_is_one_share()
    {
        using var progress = new UnsealProgress(1, 1, new SeededRandom(1));

        using var key = Assert.IsType<UnsealAnswer.Complete>(progress.Give(Hex(Key))).Key;

        Assert.Equal(Key, key.Expose().ToArray());
    }

    [Theory]
    [InlineData(5, "!!!!", "'key' must be a valid hex or base64 string")]
    [InlineData(5, "", "'key' must be a valid hex or base64 string")]
    [InlineData(5, "AAAA", "invalid key: key is shorter than minimum 16 bytes")]
    [InlineData(5, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0011223344556677", "invalid key: key is longer than maximum 33 bytes")]
    [InlineData(5, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "invalid key: key is 32 bytes, expected 33 bytes")]
    [InlineData(1, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00", "invalid key: key is 33 bytes, expected 32 bytes")]
    public void Bad_text_or_length_is_refused_and_keeps_the_progress(int shares, string text, string reason)
    {
        var threshold = Math.Min(shares, 3);
        using var progress = new UnsealProgress(shares, threshold, new SeededRandom(1));
        if (threshold > 1)
        {
            progress.Give(Shares(5, 3)[0]);
        }

        var (nonce, before) = (progress.Nonce, progress.Progress);

        Assert.Equal(new UnsealAnswer.Refused(reason, ProgressLost: false), progress.Give(text));
        Assert.Equal((nonce, before), (progress.Nonce, progress.Progress));
    }

    [Theory]
    [InlineData(0, "a key share has the coordinate 0, which no split gives")]
    [InlineData(-1, "two of the key shares have the same coordinate")]
    public void Shares_that_cannot_belong_together_end_the_attempt_at_the_threshold(int coordinate, string reason)
    {
        using var progress = new UnsealProgress(3, 2, new SeededRandom(1));
        var shares = Shares(3, 2);
        progress.Give(shares[0]);
        var wrong = shares[1].ToArray();
        wrong[^1] = coordinate < 0 ? shares[0][^1] : (byte)coordinate;

        Assert.Equal(new UnsealAnswer.Refused(reason, ProgressLost: true), progress.Give(wrong));
        Assert.Equal(("", 0), (progress.Nonce, progress.Progress));

        // The next attempt is not harmed.
        progress.Give(shares[1]);
        using var key = Assert.IsType<UnsealAnswer.Complete>(progress.Give(shares[2])).Key;
        Assert.Equal(Key, key.Expose().ToArray());
    }

    [Fact]
    public void A_wrong_share_gives_a_key_that_is_not_the_key()
    {
        using var progress = new UnsealProgress(3, 2, new SeededRandom(1));
        var shares = Shares(3, 2);
        progress.Give(shares[0]);
        shares[1][5] ^= 1;

        using var key = Assert.IsType<UnsealAnswer.Complete>(progress.Give(shares[1])).Key;

        Assert.NotEqual(Key, key.Expose().ToArray());
        Assert.Equal(0, progress.Progress);
    }

    [Fact]
    public void A_reset_forgets_the_shares_and_the_next_attempt_has_another_nonce()
    {
        using var progress = new UnsealProgress(5, 3, new SeededRandom(1));
        var shares = Shares(5, 3);
        progress.Give(shares[0]);
        var nonce = progress.Nonce;

        progress.Reset();

        Assert.Equal(("", 0), (progress.Nonce, progress.Progress));
        Assert.Equal(new UnsealAnswer.Progressed(1), progress.Give(shares[0]));
        Assert.NotEqual(nonce, progress.Nonce);
    }

    [Fact]
    public void An_answer_in_a_log_shows_no_key()
    {
        using var progress = new UnsealProgress(1, 1, new SeededRandom(1));

        var answer = progress.Give(Key);

        Assert.Contains("redacted", answer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Hex(Key), answer.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.IsType<UnsealAnswer.Complete>(answer).Key.Dispose();
    }

    [Fact]
    public void Impossible_numbers_are_refused() => Assert.Throws<ArgumentException>(() => new UnsealProgress(3, 1, new SeededRandom(1)));

    private static byte[][] Shares(int shares, int threshold)
    {
        using var key = SecretBytes.CopyOf(Key);
        return [.. UnsealKeyShares.Split(key, shares, threshold, new SeededRandom(9)).Select(share => share.Expose().ToArray())];
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
