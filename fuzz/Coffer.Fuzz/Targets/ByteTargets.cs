using System.Text;
using Coffer.Audit.Verification;
using Coffer.Barrier;
using Coffer.Sdk.Primitives;

namespace Coffer.Fuzz.Targets;

/// <summary>Readers of stored and handed-over bytes: key shares, key slots, audit files.</summary>
internal static class ByteTargets
{
    private const string Slot =
        """{"version":1,"id":"a-1","kind":"shamir","created":"2026-01-02T03:04:05Z","parameters":{"shares":"5","threshold":"3"},"wrapped":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""";

    private const string AuditLine =
        """{"time":"2026-01-02T03:04:05Z","type":"request","auth":{"token_type":"service"},"request":{"id":"1","path":"a"},"chain":{"seq":1,"prev":"","hash":"00"}}""";

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("key-share", ["00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff01", "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8B"], ["=", "==", " ", "ff", "\n"], Share),
        new("shamir", ["\u0002\u0003ab\u0001cd\u0002", "\u0003\u0004abc\u0001def\u0002ghi\u0003"], ["\0", "\u0001", "\u0002", "\u0010"], Shamir),
        new("entry", ["\u0001\0\0\0\u0001aaaaaaaaaaaabbbbbbbbbbbbbbbb", "\u0001\0\0\0\u0002aaaaaaaaaaaabbbbbbbbbbbbbbbbccc"], ["\0\0\0\u0001", "\u0001", "\u0002"], Entry),
        new("keyring", ["\u0001aaaaaaaaaaaabbbbbbbbbbbbbbbb", "{\"version\":1}"], ["\0", "\u0001", "{", "}", "\""], Ring),
        new("key-slot", [Slot], ["\"", "{", "}", "null", "version", "wrapped", "\\u0000", "1e999"], SlotRecord),
        new("audit", [AuditLine + "\n" + AuditLine + "\n"], ["\n", "\"", "{", "}", "chain", "checkpoint", "seq", "hash", "prev", "-1", "9223372036854775808"], Audit),
    ];

    /// <summary>Key material that is the same in every run, so that a stored input means the same.</summary>
    private sealed class SameBytes : IRandom
    {
        public void Fill(Span<byte> destination) => destination.Fill(0x5A);
    }

    private static readonly Lazy<EntryCipher> Cipher = new(() => new EntryCipher(Keyring.Create(new SameBytes(), TimeProvider.System), new SameBytes()));

    /// <summary>The first byte is the number of shares, the second their length; the rest is cut into them.</summary>
    private static void Shamir(byte[] input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var length = Math.Max(1, (int)input[1]);
        var shares = input.Skip(2).Chunk(length).Take(input[0]).Select(share => SecretBytes.CopyOf(share)).ToArray();
        try
        {
            using var secret = Barrier.Shamir.Combine(shares);
            BrokenPromiseException.Unless(secret.Expose().Length == shares[0].Expose().Length - 1, "a secret is as long as its shares");
        }
        catch (BarrierException)
        {
            // They do not belong together.
        }
        finally
        {
            Array.ForEach(shares, share => share.Dispose());
        }
    }

    private static void Entry(byte[] input)
    {
        // Opened as it is; and what is sealed opens as it was.
        try
        {
            Cipher.Value.Open("a/b", input);
            BrokenPromiseException.Unless(input.Length >= EntryCipher.Overhead, "what opens has been sealed");
        }
        catch (BarrierException)
        {
            // Damaged, moved, or of another term.
        }

        var stored = Cipher.Value.Seal("a/b", input);
        BrokenPromiseException.Unless(Cipher.Value.Open("a/b", stored).AsSpan().SequenceEqual(input), "what is sealed opens as it was");
        stored[input.Length % stored.Length] ^= 1;
        try
        {
            Cipher.Value.Open("a/b", stored);
            BrokenPromiseException.Unless(false, "one turned bit keeps an entry from opening");
        }
        catch (BarrierException)
        {
            // As it must be.
        }
    }

    private static void Ring(byte[] input)
    {
        try
        {
            using var key = SecretBytes.CopyOf(new byte[32]);
            using var ring = SealedKeyring.Open(input, key);
        }
        catch (BarrierException)
        {
            // Not a keyring, or not of this key.
        }
    }

    private static void Share(byte[] input)
    {
        using var share = UnsealKeyShares.Parse(Encoding.UTF8.GetString(input));
        BrokenPromiseException.Unless(share is null || share.Expose().Length <= input.Length, "a share is no longer than its text");
    }

    private static void SlotRecord(byte[] input)
    {
        try
        {
            var slot = KeySlotRecord.Decode(input);
            BrokenPromiseException.Unless(KeySlotRecord.Decode(KeySlotRecord.Encode(slot)).Id == slot.Id, "a slot that is read can be stored again");
        }
        catch (BarrierException)
        {
            // Refused.
        }
    }

    private static void Audit(byte[] input)
    {
        var result = AuditVerifier.Verify(new MemoryStream(input));
        BrokenPromiseException.Unless(result.Break is null || result.Break.Message.Length > 0, "a break says what is wrong");
    }
}
