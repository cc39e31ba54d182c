using System.Buffers;
using System.Globalization;

namespace Coffer.Hcl;

/// <summary>Numbers as written in HCL, and those of JSON, which are fewer.</summary>
internal static class Numbers
{
    private static readonly SearchValues<char> FloatCharacters = SearchValues.Create("0123456789.eE+-");

    /// <summary>The number, or an error that says why it is none.</summary>
    public static HclValue Parse(string text, HclPosition position)
    {
        var negative = text[0] == '-';
        var digits = text.AsSpan(negative ? 1 : 0);
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
                ? new HclInteger(position, Signed(hex, negative, text, position))
                : throw Refuse(text, position);
        }

        if (digits.Length == 0 || !char.IsAsciiDigit(digits[0]) || !char.IsAsciiDigit(digits[^1]))
        {
            throw Refuse(text, position);
        }

        if (digits.ContainsAny(".eE"))
        {
            return Float(text, digits, position);
        }

        if (digits.ContainsAnyExceptInRange('0', '9'))
        {
            throw Refuse(text, position);
        }

        if (digits.Length > 1 && digits[0] == '0')
        {
            return Octal(text, digits, negative, position);
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? new HclInteger(position, value)
            : throw OutOfRange(text, position);
    }

    private static HclFloat Float(string text, ReadOnlySpan<char> digits, HclPosition position)
    {
        var point = digits.IndexOf('.');
        var wellFormed = !digits.ContainsAnyExcept(FloatCharacters)
            && (point < 0 || char.IsAsciiDigit(digits[point + 1]))
            && (digits[0] != '0' || digits[1] is '.' or 'e' or 'E');
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!wellFormed || !double.TryParse(text, Style, CultureInfo.InvariantCulture, out var value))
        {
            throw Refuse(text, position);
        }

        return double.IsFinite(value) ? new HclFloat(position, value) : throw OutOfRange(text, position);
    }

    private static HclInteger Octal(string text, ReadOnlySpan<char> digits, bool negative, HclPosition position)
    {
        ulong value = 0;
        foreach (var digit in digits)
        {
            if (digit > '7')
            {
                throw HclException.Quoting(position, $"{Name(text)} begins with 0, so it is octal, and has a digit above 7");
            }

            value = value <= ulong.MaxValue >> 3 ? (value << 3) + (ulong)(digit - '0') : throw OutOfRange(text, position);
        }

        return new HclInteger(position, Signed(value, negative, text, position));
    }

    private static long Signed(ulong value, bool negative, string text, HclPosition position) => (negative, value) switch
    {
        (false, <= long.MaxValue) => (long)value,
        (true, <= long.MaxValue) => -(long)value,
        _ => throw OutOfRange(text, position),
    };

    private static HclException Refuse(string text, HclPosition position) => HclException.Quoting(position, $"{Name(text)} is not a number");

    private static HclException OutOfRange(string text, HclPosition position) =>
        HclException.Quoting(position, $"the number {new Quoted(Token.Shorten(text) + " ", "")}does not fit 64 bits");

    private static Quoted Name(string text) => new($"'{Token.Shorten(text)}'", "what looks like a number");
}
