using System.Security.Cryptography;
using Coffer.Sdk.Primitives;
using CsCheck;

namespace Coffer.Kernel.Tests.Sdk;

public sealed class HmacKeyTests
{
    [Fact]
    public void It_is_the_platforms_HMAC_whatever_was_hashed_before()
    {
        Gen.Select(Gen.Byte.Array[1, 80], Gen.Byte.Array[0, 200].Array[1, 5]).Sample((key, messages) =>
        {
            using var hmac = new HmacKey(key);
            return messages.All(message => HMACSHA256.HashData(key, message).SequenceEqual(Hash(hmac, message)));
        });
    }

    [Fact]
    public async Task Many_threads_may_use_it_at_once()
    {
        byte[] key = [1, 2, 3];
        using var hmac = new HmacKey(key);
        var wrong = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(
            () => Enumerable.Range(0, 500).Count(i =>
            {
                byte[] message = [(byte)thread, (byte)(i & 0xFF), (byte)(i >> 8)];
                return !Hash(hmac, message).SequenceEqual(HMACSHA256.HashData(key, message));
            }),
            TestContext.Current.CancellationToken)));

        Assert.All(wrong, count => Assert.Equal(0, count));
    }

    [Fact]
    public void A_MAC_that_does_not_fit_leaves_nothing_for_the_next_one()
    {
        byte[] key = [1, 2, 3];
        byte[] next = [5];
        using var hmac = new HmacKey(key);

        Assert.Throws<ArgumentOutOfRangeException>(() => hmac.Hash([4], new byte[HmacKey.MacBytes - 1]));

        Assert.Equal(HMACSHA256.HashData(key, next), Hash(hmac, next));
    }

    [Fact]
    public void A_zeroed_key_hashes_nothing()
    {
        var hmac = new HmacKey([1, 2, 3]);
        Hash(hmac, []);
        hmac.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Hash(hmac, []));
    }

    private static byte[] Hash(HmacKey hmac, byte[] message)
    {
        var mac = new byte[HmacKey.MacBytes];
        hmac.Hash(message, mac);
        return mac;
    }
}
