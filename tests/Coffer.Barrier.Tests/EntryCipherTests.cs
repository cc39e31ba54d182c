using System.Text;
using Coffer.Sdk.Primitives;
using CsCheck;

namespace Coffer.Barrier.Tests;

public sealed class EntryCipherTests
{
    private static readonly byte[] Value = Encoding.UTF8.GetBytes("the value of an entry");

    [Fact]
    public void Entries_sealed_elsewhere_open()
    {
        var run = 0;
        foreach (var vector in Vectors.Json("entries.json").GetProperty("cases").EnumerateArray())
        {
            var term = new KeyringTerm(vector.GetProperty("term").GetUInt32(), Kit.Secret(vector.Hex("key")), DateTimeOffset.UnixEpoch, 0);
            using var cipher = new EntryCipher(new Keyring([term]), SystemRandom.Instance);

            Assert.Equal(vector.Hex("plaintext"), cipher.Open(vector.GetProperty("storage_key").GetString()!, vector.Hex("sealed")));
            run++;
        }

        Assert.Equal(5, run);
    }

    [Fact]
    public void What_is_sealed_is_byte_for_byte_what_others_seal()
    {
        var run = 0;
        foreach (var vector in Vectors.Json("entries.json").GetProperty("cases").EnumerateArray())
        {
            var expected = vector.Hex("sealed");
            var term = new KeyringTerm(vector.GetProperty("term").GetUInt32(), Kit.Secret(vector.Hex("key")), DateTimeOffset.UnixEpoch, 0);
            using var cipher = new EntryCipher(new Keyring([term]), new RepeatingRandom(expected[5..17]));

            Assert.Equal(expected, cipher.Seal(vector.GetProperty("storage_key").GetString()!, vector.Hex("plaintext")));
            run++;
        }

        Assert.Equal(5, run);
    }

    [Fact]
    public void Any_value_under_any_key_comes_back() =>
        Gen.Select(Gen.Byte.Array[0, 2000], Gen.String[Gen.Char['\u0001', '\uD7FF'], 1, 300]).Sample((value, key) =>
        {
            using var cipher = Cipher();
            return cipher.Open(key, cipher.Seal(key, value)).SequenceEqual(value);
        });

    [Fact]
    public void A_longer_buffer_is_used_as_far_as_needed()
    {
        using var cipher = Cipher();
        var (target, back) = (new byte[Value.Length + EntryCipher.Overhead + 5], new byte[Value.Length + 3]);

        Assert.Equal(target.Length - 5, cipher.Seal("k", Value, target));
        Assert.Equal(new byte[5], target[^5..]);
        Assert.Equal(Value.Length, cipher.Open("k", target.AsSpan(..^5), back));
        Assert.Equal([.. Value, 0, 0, 0], back);
    }

    [Fact]
    public void A_buffer_that_is_too_short_is_refused()
    {
        using var cipher = Cipher();
        var entry = cipher.Seal("k", Value);

        Assert.Throws<ArgumentException>(() => cipher.Seal("k", Value, new byte[entry.Length - 1]));
        Assert.Throws<ArgumentException>(() => cipher.Open("k", entry, new byte[Value.Length - 1]));
    }

    [Fact]
    public void An_entry_moved_to_another_key_does_not_open() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 20], Gen.String[Gen.Char.AlphaNumeric, 1, 20]).Where((from, to) => from != to).Sample((from, to) =>
        {
            using var cipher = Cipher();
            Refuses(cipher, to, cipher.Seal(from, Value), BarrierProblem.NotAuthentic);
        });

    [Fact]
    public void A_flipped_bit_anywhere_keeps_an_entry_from_opening()
    {
        using var cipher = Cipher();
        var entry = cipher.Seal("k", Value);
        for (var bit = 0; bit < entry.Length * 8; bit++)
        {
            var damaged = entry.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            Refuses(cipher, "k", damaged, bit switch
            {
                < 8 => BarrierProblem.UnknownVersion,
                < 40 => BarrierProblem.UnknownTerm,
                _ => BarrierProblem.NotAuthentic,
            });
        }
    }

    [Fact]
    public void An_entry_cut_or_grown_to_any_other_length_does_not_open()
    {
        using var cipher = Cipher();
        var entry = cipher.Seal("k", Value);
        for (var length = 0; length < entry.Length; length++)
        {
            Refuses(cipher, "k", entry[..length], length < EntryCipher.Overhead ? BarrierProblem.Malformed : BarrierProblem.NotAuthentic);
        }

        Refuses(cipher, "k", [.. entry, 0], BarrierProblem.NotAuthentic);
    }

    [Fact]
    public void An_entry_relabelled_to_another_term_of_the_ring_does_not_open()
    {
        using var cipher = new EntryCipher(Kit.Ring(terms: 2), SystemRandom.Instance);
        var entry = cipher.Seal("k", Value);
        entry[4] = 1;

        Refuses(cipher, "k", entry, BarrierProblem.NotAuthentic);
    }

    [Fact]
    public void A_refusal_leaves_nothing_in_the_buffer_and_tells_neither_key_nor_value()
    {
        using var cipher = Cipher();
        var entry = cipher.Seal("kv/prod/password", Value);
        entry[^1] ^= 1;
        var target = new byte[Value.Length];
        target.AsSpan().Fill(1);

        var refused = Assert.Throws<BarrierException>(() => cipher.Open("kv/prod/password", entry, target));

        Assert.Equal(new byte[Value.Length], target);
        Assert.Equal("the entry is damaged, or was sealed for another storage key", refused.Message);
    }

    [Fact]
    public void Random_bytes_are_refused_and_nothing_else_happens() =>
        Gen.Select(Gen.Byte.Array[0, 80], Gen.Bool).Sample((bytes, plausible) =>
        {
            using var cipher = Cipher();
            if (plausible && bytes.Length > 5)
            {
                new byte[] { 1, 0, 0, 0, 1 }.CopyTo(bytes, 0);
            }

            Assert.Throws<BarrierException>(() => cipher.Open("k", bytes));
        });

    [Fact]
    public void No_two_entries_share_a_nonce()
    {
        using var cipher = Cipher();

        var nonces = Enumerable.Range(0, 6400).Select(_ => Convert.ToHexString(cipher.Seal("k", Value), 5, 12)).ToHashSet();

        Assert.Equal(6400, nonces.Count);
    }

    [Fact]
    public void A_storage_key_that_is_not_text_is_refused()
    {
        using var cipher = Cipher();
        var entry = cipher.Seal("k", Value);

        Assert.Throws<ArgumentException>(() => cipher.Seal("k\uD800", Value));
        Assert.Throws<ArgumentException>(() => cipher.Open(new string('\uDC00', 400), entry));
    }

    [Fact]
    public void Encryptions_are_counted_for_the_term_that_made_them()
    {
        using var cipher = Cipher();
        for (var i = 0; i < 10; i++)
        {
            cipher.Open("k", cipher.Seal("k", Value));
        }

        using (var ring = cipher.ShareRing())
        {
            Assert.Equal(10, ring.ActiveEncryptions);
            cipher.Adopt(ring.Rotate(SystemRandom.Instance, Kit.Clock()));
        }

        cipher.Seal("k", Value);
        using var rotated = cipher.ShareRing();
        Assert.Equal([10L, 1L], rotated.Table.Terms.Select(term => term.Encryptions));
    }

    [Fact]
    public void Old_entries_open_after_rotation_and_new_ones_carry_the_new_term()
    {
        using var cipher = Cipher();
        var old = cipher.Seal("k", Value);

        Rotate(cipher);
        var entry = cipher.Seal("k", Value);

        Assert.Equal((1, 2), (old[4], entry[4]));
        Assert.Equal(Value, cipher.Open("k", old));
        Assert.Equal(Value, cipher.Open("k", entry));
    }

    [Fact]
    public void An_entry_of_a_term_that_is_not_there_yet_opens_after_the_newer_ring_is_adopted()
    {
        using var rootKey = Kit.Key(1);
        using var here = Cipher();
        using var elsewhere = Cipher();
        Rotate(elsewhere);
        var entry = elsewhere.Seal("k", Value);
        Refuses(here, "k", entry, BarrierProblem.UnknownTerm);

        // What the other node stored, read here.
        using (var stored = elsewhere.ShareRing())
        {
            here.Adopt(SealedKeyring.Open(SealedKeyring.Seal(stored, rootKey, SystemRandom.Instance).Bytes.Span, rootKey));
        }

        Assert.Equal(Value, here.Open("k", entry));
    }

    [Fact]
    public void A_ring_that_does_not_continue_the_one_in_use_is_not_adopted()
    {
        using var cipher = new EntryCipher(Kit.Ring(terms: 2), SystemRandom.Instance);
        var entry = cipher.Seal("k", Value);
        var (shorter, stranger) = (Kit.Ring(terms: 1), Kit.Ring(terms: 3, seed: 99));

        Assert.Equal(BarrierProblem.Conflict, Assert.Throws<BarrierException>(() => cipher.Adopt(shorter)).Problem);
        Assert.Equal(BarrierProblem.Conflict, Assert.Throws<BarrierException>(() => cipher.Adopt(stranger)).Problem);

        Assert.Throws<ObjectDisposedException>(() => shorter.ActiveTerm);
        Assert.Equal(Value, cipher.Open("k", entry));
    }

    [Fact]
    public async Task Sealing_and_opening_go_on_undisturbed_while_the_ring_is_rotated()
    {
        using var rootKey = Kit.Key(1);
        using var cipher = Cipher();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var nonces = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        var workers = Enumerable.Range(0, 6).Select(number => Task.Run(() =>
        {
            var (key, sealedCount) = ($"worker/{number}", 0);
            for (; !stop.IsCancellationRequested; sealedCount++)
            {
                var entry = cipher.Seal(key, Value);
                Assert.True(nonces.TryAdd(Convert.ToHexString(entry, 1, 16), true));
                Assert.Equal(Value, cipher.Open(key, entry));
            }

            return sealedCount;
        })).ToArray();

        for (var i = 0; i < 200; i++)
        {
            // In turn a ring that was rotated here, and one that comes from the store.
            using var ring = cipher.ShareRing();
            var rotated = ring.Rotate(SystemRandom.Instance, Kit.Clock());
            if (i % 2 == 1)
            {
                using var passing = rotated;
                var stored = SealedKeyring.Seal(passing, rootKey, SystemRandom.Instance);
                stored.NoteStored();
                rotated = SealedKeyring.Open(stored.Bytes.Span, rootKey);
            }

            cipher.Adopt(rotated);
            await Task.Yield();
        }

        await stop.CancelAsync();
        var counts = await Task.WhenAll(workers);

        using var last = cipher.ShareRing();
        Assert.Equal(201U, last.ActiveTerm);
        Assert.Equal(counts.Sum(), last.Table.Terms.Sum(term => term.Encryptions));
    }

    [Fact]
    public void A_sealed_barrier_seals_and_opens_nothing_and_its_keys_are_zero()
    {
        var cipher = Cipher();
        var entry = cipher.Seal("k", Value);
        var term = TermOf(cipher);
        var key = term.ExposeKey();
        Assert.True(key.ContainsAnyExcept((byte)0));

        cipher.Dispose();

        // The span still shows the pinned memory where the key was.
        Assert.False(key.ContainsAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => cipher.Seal("k", Value));
        Assert.Throws<ObjectDisposedException>(() => cipher.Open("k", entry));
        Assert.Throws<ObjectDisposedException>(() => cipher.ShareRing());
        Assert.Throws<ObjectDisposedException>(() => cipher.Adopt(Kit.Ring()));
    }

    // Sealing the server must never let an entry be written under a key that is half zeroed: nobody could read it again.
    [Fact]
    public async Task Whatever_was_sealed_before_the_barrier_was_sealed_can_be_read_afterwards()
    {
        for (var round = 0; round < 200; round++)
        {
            // Two rings of the same keys that share nothing: one to be sealed, one to read with.
            var cipher = new EntryCipher(Kit.Ring(seed: round), SystemRandom.Instance);
            using var reader = new EntryCipher(Kit.Ring(seed: round), SystemRandom.Instance);
            var started = new TaskCompletionSource();
            var workers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                var entries = new List<byte[]>();
                try
                {
                    while (true)
                    {
                        entries.Add(cipher.Seal("k", Value));
                        started.TrySetResult();
                    }
                }
                catch (ObjectDisposedException)
                {
                    return entries;
                }
            })).ToArray();

            await started.Task;
            cipher.Dispose();

            foreach (var entry in (await Task.WhenAll(workers)).SelectMany(entries => entries))
            {
                Assert.Equal(Value, reader.Open("k", entry));
            }
        }
    }

    private static EntryCipher Cipher() => new(Kit.Ring(), SystemRandom.Instance);

    private static void Rotate(EntryCipher cipher)
    {
        using var ring = cipher.ShareRing();
        cipher.Adopt(ring.Rotate(SystemRandom.Instance, Kit.Clock()));
    }

    private static KeyringTerm TermOf(EntryCipher cipher)
    {
        using var ring = cipher.ShareRing();
        return ring.Table.Active;
    }

    private static void Refuses(EntryCipher cipher, string key, byte[] entry, BarrierProblem problem) =>
        Assert.Equal(problem, Assert.Throws<BarrierException>(() => cipher.Open(key, entry)).Problem);

    private sealed class RepeatingRandom(byte[] pattern) : IRandom
    {
        public void Fill(Span<byte> bytes)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = pattern[i % pattern.Length];
            }
        }
    }
}
