namespace Coffer.Barrier.Tests;

public sealed class Gf256Tests
{
    [Fact]
    public void Every_product_is_that_of_schoolbook_multiplication()
    {
        for (var a = 0; a < 256; a++)
        {
            for (var b = 0; b < 256; b++)
            {
                Assert.Equal(Schoolbook(a, b), Gf256.Multiply((byte)a, (byte)b));
            }
        }
    }

    [Fact]
    public void Every_inverse_is_the_one_element_whose_product_is_one()
    {
        Assert.Equal(0, Gf256.Invert(0));
        for (var a = 1; a < 256; a++)
        {
            Assert.Equal(Enumerable.Range(1, 255).Single(b => Schoolbook(a, b) == 1), Gf256.Invert((byte)a));
        }
    }

    // FIPS 197, section 4.2.
    [Fact]
    public void The_standards_own_example_holds() => Assert.Equal(0xC1, Gf256.Multiply(0x57, 0x83));

    /// <summary>The product of two polynomials in full, then reduced from the highest power down.</summary>
    private static int Schoolbook(int a, int b)
    {
        var product = 0;
        for (var bit = 0; bit < 8; bit++)
        {
            if ((b >> bit & 1) == 1)
            {
                product ^= a << bit;
            }
        }

        for (var bit = 14; bit >= 8; bit--)
        {
            if ((product >> bit & 1) == 1)
            {
                product ^= 0x11B << (bit - 8);
            }
        }

        return product;
    }
}
