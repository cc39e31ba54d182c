using Coffer.Sdk.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Barrier.Tests;

/// <summary>What several test classes begin with.</summary>
internal static class Kit
{
    public static FakeTimeProvider Clock() => new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero));

    public static Keyring Ring(int terms = 1, int seed = 1)
    {
        var random = new SeededRandom(seed);
        var ring = Keyring.Create(random, Clock());
        for (var i = 1; i < terms; i++)
        {
            using var before = ring;
            ring = before.Rotate(random, Clock());
        }

        return ring;
    }

    public static SecretBytes Key(int seed) => SecretBytes.Random(32, new SeededRandom(seed));

    public static SecretBytes Secret(byte[] bytes) => SecretBytes.CopyOf(bytes);

    public static KeySlot Slot(SecretBytes rootKey, SecretBytes slotKey, int seed = 1, string kind = KeySlotKinds.Static) =>
        KeySlot.Create(
            kind,
            kind == KeySlotKinds.Shamir ? KeySlotKinds.ShamirParameters(5, 3) : new Dictionary<string, string>(),
            rootKey,
            slotKey,
            new SeededRandom(seed),
            Clock());
}
