using System.Globalization;

namespace Coffer.Text;

/// <summary>A number of things as a sentence has it.</summary>
public static class Counted
{
    /// <param name="count">How many there are.</param>
    /// <param name="one">What follows the number 1: <c>line is</c>.</param>
    /// <param name="others">What follows every other number: <c>lines are</c>.</param>
    public static string Of(long count, string one, string others) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : others)}");
}
