using System.Globalization;
using Coffer.Hcl;
using Coffer.Text;

namespace Coffer.Server.Configuration;

/// <summary>What is wrong with a configuration and what is passed over, gathered while values are read out of it.</summary>
internal sealed class ConfigurationNotes
{
    private readonly List<string> _problems = [];
    private readonly List<string> _notices = [];

    /// <summary>Each names file, line and key, and what to do.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public IReadOnlyList<string> Notices => _notices;

    public void Problem(string text) => _problems.Add(text);

    public void Problem(string file, HclPosition position, string text) => _problems.Add($"{file}:{position}: {text}");

    /// <summary>Notes a key that has no effect, and why it has none.</summary>
    public void NotUsed(string file, HclItem item, string reason) => _notices.Add($"{file}:{item.Position}: {item.Key.Text} is understood and not used: {reason}");

    /// <summary>Text, a number or a boolean, as text; null when it is something else, which is noted.</summary>
    public string? Text(string file, HclItem item)
    {
        var text = item.Value switch
        {
            HclString found => found.Value,
            HclInteger number => number.Value.ToString(CultureInfo.InvariantCulture),
            HclBoolean truth => truth.Value ? "true" : "false",
            _ => null,
        };
        return text ?? Refuse<string?>(file, item, $"must be text, a number or a boolean, not {item.Value.Kind}");
    }

    /// <summary>A boolean, or what is as good as one: "true", 1, "0".</summary>
    public bool? Truth(string file, HclItem item) => Text(file, item) switch
    {
        null => null,
        "1" or "true" => true,
        "0" or "false" => false,
        _ => Refuse<bool?>(file, item, "must be true or false"),
    };

    public TimeSpan? Duration(string file, HclItem item) => Text(file, item) switch
    {
        null => null,
        var text when GoDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero => duration,
        _ => Refuse<TimeSpan?>(file, item, "must be a duration such as \"768h\""),
    };

    public long? Count(string file, HclItem item, string unit) => Text(file, item) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => count,
        _ => Refuse<long?>(file, item, $"must be a positive number of {unit}"),
    };

    private T? Refuse<T>(string file, HclItem item, string problem)
    {
        Problem(file, item.Position, $"{item.Key.Text} {problem}");
        return default;
    }
}
