using System.Globalization;
using System.Text.RegularExpressions;

namespace Coffer.Conformance.Tests;

/// <summary>Why a case of the recordings does not pass.</summary>
/// <param name="Text">As it is in the list: <c>not yet: REASON</c> or <c>different at step 2, 5: REASON</c>.</param>
/// <param name="Steps">
/// The steps that Coffer answers otherwise on purpose; all other steps have to be answered as recorded. Empty when the case is to pass one day.
/// </param>
internal sealed partial record PendingEntry(string Text, IReadOnlyList<int> Steps)
{
    public const string NotYet = "not yet: ";

    public bool IsDeliberate => Steps.Count > 0;

    /// <summary>The entry that a reason spells out; null when it is of neither form.</summary>
    public static PendingEntry? Parse(string text)
    {
        if (text.StartsWith(NotYet, StringComparison.Ordinal))
        {
            return new PendingEntry(text, []);
        }

        var match = Different().Match(text);
        return match.Success
            ? new PendingEntry(text, [.. match.Groups["steps"].Value.Split(',').Select(step => int.Parse(step, CultureInfo.InvariantCulture))])
            : null;
    }

    /// <summary>The steps that a run's differences lie in; -1 for a run that stopped.</summary>
    public static IReadOnlyList<int> StepsOf(IEnumerable<string> differences) =>
        [.. differences.Select(difference => Step().Match(difference) is { Success: true } match
            ? int.Parse(match.Groups["step"].Value, CultureInfo.InvariantCulture)
            : -1).Distinct().Order()];

    [GeneratedRegex(@"^different at step (?<steps>\d{1,4}(, ?\d{1,4})*): \S")]
    private static partial Regex Different();

    [GeneratedRegex(@"^step (?<step>\d{1,4}) ")]
    private static partial Regex Step();
}
