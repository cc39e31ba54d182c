using System.Buffers.Binary;
using CsCheck;

namespace Coffer.Barrier.Tests;

public sealed class KeyringTests
{
    [Fact]
    public void A_new_ring_has_one_term_and_rotating_adds_one_to_another_ring()
    {
        var clock = Kit.Clock();
        using var first = Keyring.Create(new SeededRandom(1), clock);
        clock.Advance(TimeSpan.FromDays(1));

        using var second = first.Rotate(new SeededRandom(2), clock);

        Assert.Equal((1U, 1), (first.ActiveTerm, first.TermCount));
        Assert.Equal((2U, 2), (second.ActiveTerm, second.TermCount));
        Assert.Equal(TimeSpan.FromDays(1), second.ActiveSince - first.ActiveSince);
        Assert.False(first.Table.Active.HasKeyOf(second.Table.Active));
    }

    [Fact]
    public void A_ring_comes_back_from_its_stored_form_whole()
    {
        using var rootKey = Kit.Key(1);
        using var ring = Kit.Ring(terms: 5);
        ring.Table.Active.CountEncryption();

        using var read = SealedKeyring.Open(SealedKeyring.Seal(ring, rootKey, new SeededRandom(3)).Bytes.Span, rootKey);

        Assert.Equal(Contents(ring), Contents(read));
        Assert.Equal(1, read.ActiveEncryptions);
    }

    [Fact]
    public void A_ring_sealed_elsewhere_opens_with_its_terms_dates_counts_and_keys()
    {
        var vector = Vectors.Json("keyring.json");
        using var rootKey = Kit.Secret(vector.Hex("root_key"));

        using var ring = SealedKeyring.Open(vector.Hex("sealed"), rootKey);

        var expected = vector.GetProperty("terms").EnumerateArray().Select(term => (
            term.GetProperty("number").GetUInt32(),
            DateTimeOffset.FromUnixTimeMilliseconds(term.GetProperty("installed_ms").GetInt64()),
            term.GetProperty("encryptions").GetInt64(),
            term.GetProperty("key").GetString()!));
        Assert.Equal(expected, Contents(ring));
        Assert.Equal(5U, ring.Table.Find(5)!.Number);
        Assert.Null(ring.Table.Find(3));
        Assert.Null(ring.Table.Find(uint.MaxValue));
    }

    [Fact]
    public void A_flipped_bit_anywhere_keeps_a_stored_ring_from_opening()
    {
        using var rootKey = Kit.Key(1);
        using var ring = Kit.Ring(terms: 2);
        var bytes = SealedKeyring.Seal(ring, rootKey, new SeededRandom(3)).Bytes.ToArray();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            var refused = Assert.Throws<BarrierException>(() => SealedKeyring.Open(damaged, rootKey));

            Assert.Equal(bit < 8 ? BarrierProblem.UnknownVersion : BarrierProblem.NotAuthentic, refused.Problem);
        }
    }

    [Fact]
    public void Another_root_key_and_a_cut_ring_are_refused()
    {
        using var rootKey = Kit.Key(1);
        using var otherKey = Kit.Key(2);
        using var ring = Kit.Ring();
        var bytes = SealedKeyring.Seal(ring, rootKey, new SeededRandom(3)).Bytes.ToArray();

        Assert.Equal(BarrierProblem.NotAuthentic, Assert.Throws<BarrierException>(() => SealedKeyring.Open(bytes, otherKey)).Problem);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<BarrierException>(() => SealedKeyring.Open(bytes.AsSpan(0, length), rootKey));
        }
    }

    [Fact]
    public void Random_bytes_are_no_stored_ring() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            using var rootKey = Kit.Key(1);
            if (bytes.Length > 0)
            {
                bytes[0] %= 2;
            }

            Assert.Throws<BarrierException>(() => SealedKeyring.Open(bytes, rootKey));
        });

    [Fact]
    public void Random_plaintexts_are_decoded_or_refused() =>
        Gen.Select(Gen.Byte.Array[0, 56], Gen.Int[0, 3], Gen.Bool, Gen.Bool).Sample((plain, count, plausible, small) =>
        {
            if (plausible)
            {
                Array.Resize(ref plain, 4 + (count * 52));
                BinaryPrimitives.WriteInt32BigEndian(plain, count);
            }

            if (small && plain.Length > 24)
            {
                // Dates and counts of random bytes are out of range more often than not.
                plain.AsSpan(8, 4).Clear();
                plain.AsSpan(16, 2).Clear();
            }

            try
            {
                using var ring = SealedKeyring.Decode(plain);
                Assert.InRange(ring.TermCount, 1, 3);
            }
            catch (BarrierException refused)
            {
                Assert.Equal(BarrierProblem.Malformed, refused.Problem);
            }
        });

    [Fact]
    public void Terms_out_of_order_are_refused()
    {
        var plain = new byte[4 + (2 * 52)];
        BinaryPrimitives.WriteInt32BigEndian(plain, 2);
        BinaryPrimitives.WriteUInt32BigEndian(plain.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt32BigEndian(plain.AsSpan(4 + 52), 2);

        Assert.Equal("term 2 of 2 of the keyring is not well-formed", Assert.Throws<BarrierException>(() => SealedKeyring.Decode(plain)).Message);
    }

    [Fact]
    public void Rotation_is_due_by_count_or_by_age()
    {
        var clock = Kit.Clock();
        using var ring = Keyring.Create(new SeededRandom(1), clock);
        var byCount = new RotationLimits { OperationsMax = 2 };
        var byAge = new RotationLimits { Interval = TimeSpan.FromHours(24) };

        ring.Table.Active.CountEncryption();
        Assert.False(ring.NeedsRotation(byCount, clock));
        ring.Table.Active.CountEncryption();
        Assert.True(ring.NeedsRotation(byCount, clock));

        clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.False(ring.NeedsRotation(byAge, clock));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(ring.NeedsRotation(byAge, clock));
        Assert.False(ring.NeedsRotation(new RotationLimits(), clock));
    }

    [Fact]
    public void The_default_limit_lies_below_two_to_the_32nd_and_bad_limits_are_named()
    {
        Assert.Equal(3_865_470_566, new RotationLimits().OperationsMax);
        Assert.True(new RotationLimits().OperationsMax < 1L << 32);
        Assert.Empty(new RotationLimits { Interval = TimeSpan.FromDays(30) }.Problems());
        Assert.Equal(
            ["max_operations must be between 1,000,000 and 3,865,470,566", "interval must be at least 24 hours, or absent"],
            new RotationLimits { OperationsMax = 1L << 32, Interval = TimeSpan.FromMinutes(1) }.Problems());
    }

    [Fact]
    public void Disposing_zeroes_a_key_when_no_other_ring_has_it()
    {
        var first = Kit.Ring();
        var second = first.Rotate(new SeededRandom(2), Kit.Clock());
        var shared = second.Table.Terms[0].ExposeKey();
        var own = second.Table.Terms[1].ExposeKey();

        first.Dispose();
        first.Dispose();
        Assert.True(shared.ContainsAnyExcept((byte)0));

        second.Dispose();
        Assert.False(shared.ContainsAnyExcept((byte)0));
        Assert.False(own.ContainsAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => second.Rotate(new SeededRandom(3), Kit.Clock()));
    }

    [Fact]
    public void A_term_that_had_its_last_owner_is_not_shared_again()
    {
        var ring = Kit.Ring();
        var term = ring.Table.Active;
        ring.Dispose();

        Assert.Throws<ObjectDisposedException>(term.Share);
    }

    [Fact]
    public void Counts_of_other_nodes_are_taken_over_and_own_ones_come_on_top()
    {
        using var rootKey = Kit.Key(1);
        using var ring = Kit.Ring();
        Count(ring, 5);
        var stored = SealedKeyring.Seal(ring, rootKey, new SeededRandom(1));
        stored.NoteStored();
        Count(ring, 3);
        Assert.Equal(8, ring.ActiveEncryptions);

        // Another node began with the 5 too, and stores its 20 more.
        using var other = SealedKeyring.Open(stored.Bytes.Span, rootKey);
        Count(other, 20);
        using var merged = ring.Merge(other);

        Assert.Equal(5 + 20 + 3, merged.ActiveEncryptions);
    }

    private static void Count(Keyring ring, int encryptions)
    {
        for (var i = 0; i < encryptions; i++)
        {
            ring.Table.Active.CountEncryption();
        }
    }

    private static IEnumerable<(uint, DateTimeOffset, long, string)> Contents(Keyring ring) => ring.Table.Terms.Select(
        term => (term.Number, term.Installed, term.Encryptions, Convert.ToHexStringLower(term.ExposeKey())));
}
