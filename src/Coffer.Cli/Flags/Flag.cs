using System.Globalization;
using Coffer.Text;

namespace Coffer.Cli.Flags;

/// <summary>One flag of a command: declared once, it parses itself, describes itself and holds its value.</summary>
internal abstract class Flag(string name, string usage)
{
    public string Name { get; } = name;

    /// <summary>One or two sentences for <c>-help</c>.</summary>
    public string Usage { get; } = usage;

    /// <summary>Shorter or older names.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>The part after <c>VAULT_</c> and <c>COFFER_</c> of the variable that gives the value when the flag is absent.</summary>
    public string? Variable { get; init; }

    /// <summary>Left out of help and completion.</summary>
    public bool Hidden { get; init; }

    /// <summary>Given on the command line, whatever the value.</summary>
    public bool IsSet { get; private set; }

    /// <summary>Needs no value: its presence means true.</summary>
    public virtual bool IsBoolean => false;

    /// <summary>What help shows in place of the value.</summary>
    public abstract string Example { get; }

    /// <summary>The default as help shows it; empty for none.</summary>
    public virtual string DefaultText => "";

    /// <summary>Takes a value from the command line.</summary>
    public void Set(string value)
    {
        Accept(value);
        IsSet = true;
    }

    /// <summary>Takes a value from the environment: it counts as a default, not as given.</summary>
    public void SetDefault(string value) => Accept(value);

    protected abstract void Accept(string value);

    protected FlagException Invalid(string value, string reason) =>
        new(IsBoolean ? $"invalid boolean value \"{value}\" for -{Name}: {reason}" : $"invalid value \"{value}\" for flag -{Name}: {reason}");

    /// <summary>The words for true and false that Go programs take.</summary>
    internal static bool? ReadBoolean(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}

/// <summary>Text, as given.</summary>
internal sealed class TextFlag(string name, string usage, string initial = "") : Flag(name, usage)
{
    public string Value { get; private set; } = initial;

    private string Initial { get; } = initial;

    public override string Example => "string";

    public override string DefaultText => Initial;

    protected override void Accept(string value) => Value = value;
}

/// <summary>On or off; null when neither was said.</summary>
internal sealed class SwitchFlag(string name, string usage, bool initial = false) : Flag(name, usage)
{
    public bool Value { get; private set; } = initial;

    private bool Initial { get; } = initial;

    public override bool IsBoolean => true;

    public override string Example => "";

    public override string DefaultText => Initial ? "true" : "false";

    protected override void Accept(string value) => Value = ReadBoolean(value) ?? throw Invalid(value, "parse error");
}

/// <summary>A whole number.</summary>
internal sealed class NumberFlag(string name, string usage, long initial = 0) : Flag(name, usage)
{
    public long Value { get; private set; } = initial;

    private long Initial { get; } = initial;

    public override string Example => "int";

    public override string DefaultText => Initial <= 0 ? "" : Initial.ToString(CultureInfo.InvariantCulture);

    protected override void Accept(string value) =>
        Value = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Invalid(value, "parse error");
}

/// <summary>A duration such as <c>30m</c>, or bare seconds. Less than zero is refused, unless it has a meaning.</summary>
internal sealed class DurationFlag(string name, string usage) : Flag(name, usage)
{
    public TimeSpan Value { get; private set; }

    public override string Example => "duration";

    /// <summary>Less than zero, or <c>system</c>, means the server's own setting. Default false.</summary>
    public bool AllowsSystem { get; init; }

    /// <summary>As the API takes it: empty for zero, <c>system</c> for less.</summary>
    public string ApiText =>
        Value == TimeSpan.Zero ? "" : Value < TimeSpan.Zero ? "system" : GoDuration.Format(Value);

    protected override void Accept(string value)
    {
        var typed = AllowsSystem && value == "system" ? "-1" : value;
        if (string.IsNullOrWhiteSpace(typed) || !GoDuration.TryParse(typed, out var duration))
        {
            throw Invalid(value, "not a duration; write 90s, 30m, 1h30m, 7d, or seconds");
        }

        Value = duration >= TimeSpan.Zero || AllowsSystem ? duration : throw Invalid(value, "less than zero; write 90s, 30m, 1h30m, 7d, or seconds");
    }
}

/// <summary>Text that may be given many times; the values are kept in order.</summary>
internal sealed class TextListFlag(string name, string usage) : Flag(name, usage)
{
    private readonly List<string> _values = [];

    public IReadOnlyList<string> Values => _values;

    /// <summary>The values of comma lists one by one, without empty ones.</summary>
    public IEnumerable<string> Items => _values.SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    public override string Example => "string";

    protected override void Accept(string value) => _values.Add(value);
}

/// <summary><c>key=value</c>, which may be given many times; the last of a key wins.</summary>
internal sealed class TextMapFlag(string name, string usage) : Flag(name, usage)
{
    private readonly List<KeyValuePair<string, string>> _values = [];

    public IReadOnlyList<KeyValuePair<string, string>> Values => _values;

    public override string Example => "key=value";

    protected override void Accept(string value)
    {
        var split = value.IndexOf('=', StringComparison.Ordinal);
        if (split < 0)
        {
            throw Invalid(value, $"missing = in KV pair: {GoText.Quote(value)}");
        }

        var key = value[..split];
        _values.RemoveAll(pair => pair.Key == key);
        _values.Add(new(key, value[(split + 1)..]));
    }
}
