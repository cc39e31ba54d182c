using System.Buffers.Text;
using System.Text;
using CsCheck;

namespace Coffer.Barrier.Tests;

public sealed class StaticKeyTests
{
    private static readonly Gen<byte[]> Keys = Gen.Byte.Array[32].Where(key => key.Any(b => b > 0x7E));

    [Fact]
    public void A_key_is_taken_raw_and_in_every_text_form_with_white_space_around() => Keys.Sample(key =>
    {
        Assert.Equal(key, Parsed(key));
        string[] texts =
        [
            Convert.ToHexString(key), Convert.ToHexStringLower(key), Convert.ToBase64String(key), Convert.ToBase64String(key).TrimEnd('='),
            Base64Url.EncodeToString(key),
        ];
        foreach (var text in texts)
        {
            Assert.Equal(key, Parsed(Encoding.ASCII.GetBytes(text)));
            Assert.Equal(key, Parsed(Encoding.ASCII.GetBytes($" {text}\r\n")));
        }
    });

    [Theory]
    [InlineData("", "it has 0 bytes")]
    [InlineData("correct horse battery staple 123", "it is 32 printable characters, which is not a random key of 32 bytes")]
    [InlineData("00112233445566778899aabbccddeeff", "it is 32 printable characters, which is not a random key of 32 bytes")]
    [InlineData("0011223344556677", "its text stands for 8 bytes")]
    [InlineData("not a key!", "it has 10 bytes and is neither hex nor base64")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "all of its bytes are the same")]
    public void What_is_no_random_key_is_refused_with_the_reason_and_the_remedy(string text, string reason)
    {
        var refused = Assert.Throws<BarrierException>(() => Parsed(Encoding.ASCII.GetBytes(text)));

        Assert.Equal(BarrierProblem.KeyMaterial, refused.Problem);
        Assert.StartsWith($"{reason}; give 32 random bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_are_a_key_or_refused() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        try
        {
            Assert.Equal(32, Parsed(bytes).Length);
        }
        catch (BarrierException refused)
        {
            Assert.Equal(BarrierProblem.KeyMaterial, refused.Problem);
        }
    });

    [Fact]
    public void What_the_source_gave_is_zeroed_whether_it_was_a_key_or_not()
    {
        byte[] good = [.. Enumerable.Range(200, 32).Select(i => (byte)i)];
        byte[] bad = [1, 2, 3];

        using (var key = StaticKey.Read(() => good))
        {
            Assert.Equal(200, key.Expose()[0]);
        }

        Assert.Throws<BarrierException>(() => StaticKey.Read(() => bad));
        Assert.Equal(new byte[32], good);
        Assert.Equal(new byte[3], bad);
    }

    private static byte[] Parsed(byte[] bytes)
    {
        using var key = StaticKey.Parse(bytes);
        return key.Expose().ToArray();
    }
}
