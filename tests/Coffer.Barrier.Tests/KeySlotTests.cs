using System.Text;
using System.Text.Json.Nodes;
using Coffer.Sdk.Primitives;
using CsCheck;

namespace Coffer.Barrier.Tests;

public sealed class KeySlotTests
{
    [Fact]
    public void Slots_made_elsewhere_open_to_their_root_key()
    {
        var run = 0;
        foreach (var vector in Vectors.Json("slots.json").GetProperty("cases").EnumerateArray())
        {
            using var slotKey = Kit.Secret(vector.Hex("slot_key"));

            using var rootKey = Decoded(vector.GetProperty("record").GetString()!).Open(slotKey);

            Assert.Equal(vector.Hex("root_key"), rootKey!.Expose().ToArray());
            run++;
        }

        Assert.Equal(3, run);
    }

    [Theory]
    [InlineData(KeySlotKinds.Shamir)]
    [InlineData(KeySlotKinds.Static)]
    public void A_slot_comes_back_from_its_stored_form_and_opens(string kind)
    {
        using var rootKey = Kit.Key(1);
        using var slotKey = Kit.Key(2);
        var slot = Kit.Slot(rootKey, slotKey, kind: kind);

        var read = KeySlotRecord.Decode(KeySlotRecord.Encode(slot));

        using var opened = read.Open(slotKey);
        Assert.Equal(rootKey.Expose().ToArray(), opened!.Expose().ToArray());
        Assert.Equal((slot.Id, slot.Kind, slot.Created), (read.Id, read.Kind, read.Created));
        Assert.Equal(slot.Parameters, read.Parameters);
        Assert.Equal(Kit.Clock().GetUtcNow(), read.Created);
        Assert.Equal(kind == KeySlotKinds.Shamir ? (5, 3) : ((int?)null, (int?)null), (read.Shares, read.Threshold));
    }

    [Fact]
    public void A_slot_opens_at_the_end_of_an_unseal_with_shares()
    {
        using var rootKey = Kit.Key(1);
        using var slotKey = Kit.Key(2);
        var slot = Kit.Slot(rootKey, slotKey, kind: KeySlotKinds.Shamir);
        var shares = UnsealKeyShares.Split(slotKey, 5, 3, new SeededRandom(4));
        using var progress = new UnsealProgress(slot.Shares!.Value, slot.Threshold!.Value, new SeededRandom(5));

        progress.Give(shares[0].Expose());
        progress.Give(shares[3].Expose());
        using var key = Assert.IsType<UnsealAnswer.Complete>(progress.Give(shares[1].Expose())).Key;

        using var opened = slot.Open(key);
        Assert.Equal(rootKey.Expose().ToArray(), opened!.Expose().ToArray());
    }

    [Fact]
    public void A_wrong_key_of_whatever_length_opens_nothing()
    {
        using var rootKey = Kit.Key(1);
        using var slotKey = Kit.Key(2);
        var slot = Kit.Slot(rootKey, slotKey);
        for (var length = 0; length < 70; length++)
        {
            using var wrong = SecretBytes.Random(length, new SeededRandom(length));
            Assert.Null(slot.Open(wrong));
        }
    }

    [Theory]
    [InlineData("id", "00000000-0000-4000-8000-000000000000")]
    [InlineData("kind", "static2")]
    [InlineData("created", "2026-03-04T05:06:07.891Z")]
    public void A_slot_with_a_changed_member_does_not_open(string member, string value)
    {
        using var rootKey = Kit.Key(1);
        using var slotKey = Kit.Key(2);
        var record = Record(Kit.Slot(rootKey, slotKey));
        record[member] = value;

        Assert.Null(Decoded(record.ToJsonString()).Open(slotKey));
    }

    [Fact]
    public void A_slot_with_a_changed_or_added_parameter_does_not_open()
    {
        using var rootKey = Kit.Key(1);
        using var slotKey = Kit.Key(2);
        var slot = Kit.Slot(rootKey, slotKey, kind: KeySlotKinds.Shamir);
        var (changed, added) = (Record(slot), Record(slot));
        changed["parameters"]!["threshold"] = "2";
        added["parameters"]!["x"] = "";

        Assert.Null(Decoded(changed.ToJsonString()).Open(slotKey));
        Assert.Null(Decoded(added.ToJsonString()).Open(slotKey));
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_the_wrapped_key_keeps_it_from_opening()
    {
        using var rootKey = Kit.Key(1);
        using var slotKey = Kit.Key(2);
        var record = Record(Kit.Slot(rootKey, slotKey));
        var wrapped = Convert.FromBase64String((string)record["wrapped"]!);
        for (var bit = 8; bit < wrapped.Length * 8; bit++)
        {
            wrapped[bit / 8] ^= (byte)(1 << (bit % 8));
            record["wrapped"] = Convert.ToBase64String(wrapped);
            Assert.Null(Decoded(record.ToJsonString()).Open(slotKey));
            wrapped[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_record_shows_no_key()
    {
        using var rootKey = Kit.Key(1);
        using var slotKey = Kit.Key(2);

        var record = Record(Kit.Slot(rootKey, slotKey)).ToJsonString();

        Assert.DoesNotContain(Convert.ToBase64String(rootKey.Expose())[..40], record, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(slotKey.Expose())[..40], record, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "it has no version")]
    [InlineData("[]", "it has no version")]
    [InlineData("", "it is not the expected JSON")]
    [InlineData("""{"version":"1"}""", "it is not the expected JSON")]
    [InlineData("""{"version":1}""", "it has 1 members, expected 6")]
    [InlineData("""{"version":1,"version":1}""", "it is not the expected JSON")]
    [InlineData("""{"version":1,"id":"A","kind":"static","created":"x","parameters":{},"wrapped":""}""", "its id and kind must be 1 to 64 lower-case letters, digits and hyphens")]
    [InlineData("""{"version":1,"id":"a","kind":"static","created":"x","parameters":{},"wrapped":""}""", "'created' is not a time")]
    [InlineData("""{"version":1,"id":"a","kind":"static","created":"2026-01-01T00:00:00Z","parameters":{},"wrapped":"AQ=="}""", "'wrapped' is not the base64 of 61 bytes that begin with 1")]
    [InlineData("""{"version":1,"id":"a","kind":"static","created":"2026-01-01T00:00:00Z","parameters":[],"wrapped":"WRAPPED"}""", "'parameters' is not an object")]
    [InlineData("""{"version":1,"id":"a","kind":"static","created":"2026-01-01T00:00:00Z","parameters":{"a":null},"wrapped":"WRAPPED"}""", "a parameter is not text")]
    public void Records_that_are_not_well_formed_are_refused_with_the_reason(string json, string reason)
    {
        json = json.Replace("WRAPPED", Convert.ToBase64String([1, .. new byte[60]]), StringComparison.Ordinal);

        var refused = Assert.Throws<BarrierException>(() => Decoded(json));

        Assert.Equal((BarrierProblem.Malformed, $"a key slot cannot be read: {reason}"), (refused.Problem, refused.Message));
    }

    [Fact]
    public void A_record_of_a_later_format_is_told_from_a_damaged_one() =>
        Assert.Equal(BarrierProblem.UnknownVersion, Assert.Throws<BarrierException>(() => Decoded("""{"version":2,"new":true}""")).Problem);

    [Fact]
    public void Records_with_random_damage_are_decoded_or_refused()
    {
        using var rootKey = Kit.Key(1);
        using var slotKey = Kit.Key(2);
        var record = KeySlotRecord.Encode(Kit.Slot(rootKey, slotKey, kind: KeySlotKinds.Shamir));
        Gen.Select(Gen.Int[0, record.Length - 1], Gen.Byte, Gen.Int[0, record.Length], Gen.Byte.Array[0, 8]).Sample((place, value, cut, inserted) =>
        {
            var damaged = record.ToArray();
            damaged[place] = value;
            byte[][] variants = [damaged, [.. damaged[..cut], .. inserted, .. damaged[cut..]], damaged[..cut], inserted];
            foreach (var variant in variants)
            {
                try
                {
                    // Damage that leaves the meaning as it was, such as an escape, may open; to the right key then.
                    using var opened = KeySlotRecord.Decode(variant).Open(slotKey);
                    Assert.Equal(opened?.Expose().ToArray() ?? rootKey.Expose().ToArray(), rootKey.Expose().ToArray());
                }
                catch (BarrierException refused)
                {
                    Assert.StartsWith("a", refused.Message, StringComparison.OrdinalIgnoreCase);
                }
            }
        });
    }

    [Fact]
    public void Oversized_records_are_refused_unread() => Assert.Throws<BarrierException>(() => KeySlotRecord.Decode(new byte[(64 * 1024) + 1]));

    [Fact]
    public void Keys_of_another_length_and_bad_kinds_are_refused()
    {
        using var key = Kit.Key(1);
        using var shorter = SecretBytes.CopyOf(new byte[31]);

        Assert.Throws<ArgumentException>(() => Kit.Slot(shorter, key));
        Assert.Throws<ArgumentException>(() => Kit.Slot(key, shorter));
        Assert.Throws<ArgumentException>(() => Kit.Slot(key, key, kind: "Static"));
    }

    private static KeySlot Decoded(string json) => KeySlotRecord.Decode(Encoding.UTF8.GetBytes(json));

    private static JsonObject Record(KeySlot slot) => JsonNode.Parse(KeySlotRecord.Encode(slot))!.AsObject();
}
