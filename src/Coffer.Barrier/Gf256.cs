namespace Coffer.Barrier;

/// <summary>
/// The field of 256 elements with AES's polynomial x^8 + x^4 + x^3 + x + 1 (0x11B). No branch and no table index depends on a value, so that
/// neither time nor cache tells it.
/// </summary>
internal static class Gf256
{
    /// <summary>The product of two elements.</summary>
    public static byte Multiply(byte left, byte right)
    {
        int a = left;
        int b = right;
        var product = 0;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= a & -(b & 1);
            b >>= 1;
            a = (a << 1) ^ (0x11B & -(a >> 7));
        }

        return (byte)product;
    }

    /// <summary>The multiplicative inverse, as the 254th power; zero gives zero, and callers rule it out beforehand.</summary>
    public static byte Invert(byte value)
    {
        // 254 = 2 + 4 + 8 + 16 + 32 + 64 + 128: the product of the seven squares that follow the value itself.
        var power = value;
        byte product = 1;
        for (var bit = 1; bit < 8; bit++)
        {
            power = Multiply(power, power);
            product = Multiply(product, power);
        }

        return product;
    }
}
