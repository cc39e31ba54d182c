using System.Buffers.Binary;

namespace Coffer.Sdk.Primitives;

/// <summary>Random whole numbers.</summary>
public static class RandomNumber
{
    /// <summary>A number from zero to one less than the bound, each as likely as any other.</summary>
    /// <param name="bound">More than zero.</param>
    public static int Below(this IRandom random, int bound)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);

        // Above the largest multiple of the bound a remainder would favour the small numbers: drawn again.
        var usable = (1UL << 32) / (uint)bound * (uint)bound;
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        uint drawn;
        do
        {
            random.Fill(bytes);
            drawn = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        }
        while (drawn >= usable);
        return (int)(drawn % (uint)bound);
    }
}
