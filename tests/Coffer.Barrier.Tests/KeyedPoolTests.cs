using System.Security.Cryptography;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier.Tests;

public sealed class KeyedPoolTests
{
    // A cipher of a key that is half zeroed would write what nobody could read again.
    [Fact]
    public async Task The_pool_is_not_disposed_while_a_cipher_is_being_made()
    {
        using var making = new ManualResetEventSlim();
        using var disposed = new ManualResetEventSlim();
        var key = Kit.Secret(FullKey);
        var pool = new KeyedPool<AesGcm>(key, key =>
        {
            making.Set();

            // Disposing has every chance to come in between here, and must not.
            disposed.Wait(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            return Aead.Cipher(key.Expose());
        });
        var renting = Task.Run(pool.Rent, TestContext.Current.CancellationToken);
        making.Wait(TestContext.Current.CancellationToken);

        pool.Dispose();
        disposed.Set();
        key.Dispose();

        Assert.Equal(Sealed(Aead.Cipher(FullKey)), Sealed(await renting));
    }

    [Fact]
    public void A_cipher_that_comes_back_is_used_again_and_one_that_comes_back_too_late_is_freed()
    {
        using var key = Kit.Secret(FullKey);
        var pool = new KeyedPool<AesGcm>(key, static key => Aead.Cipher(key.Expose()));
        var cipher = pool.Rent();
        pool.Return(cipher);
        Assert.Same(cipher, pool.Rent());

        pool.Dispose();
        pool.Return(cipher);

        Assert.Throws<ObjectDisposedException>(() => Sealed(cipher));
        Assert.Throws<ObjectDisposedException>(pool.Rent);
    }

    private static readonly byte[] FullKey = [.. Enumerable.Repeat((byte)0xA5, 32)];

    private static byte[] Sealed(AesGcm cipher)
    {
        var box = new byte[Aead.Overhead];
        using (cipher)
        {
            Aead.Seal(cipher, [], box, []);
        }

        return box;
    }
}
