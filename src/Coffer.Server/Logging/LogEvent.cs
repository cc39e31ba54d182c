using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Logging;

/// <summary>An event of the log, ready to be written.</summary>
/// <param name="Logger">One of <see cref="Kernel.Logging.LogNames"/>.</param>
/// <param name="Text">The message, with the values that it names.</param>
/// <param name="Fields">The values that the message does not name, and the error; names in snake case.</param>
internal sealed record LogEvent(LogLevel Level, string Logger, string Text, ImmutableArray<KeyValuePair<string, string>> Fields)
{
    /// <summary>Where logging methods keep their message.</summary>
    private const string Template = "{OriginalFormat}";

    /// <summary>Takes what a logging method hands to its logger. Values that are null are left out.</summary>
    public static LogEvent Of<TState>(string logger, LogLevel level, TState state, Exception? error, Func<TState, Exception?, string> formatter)
    {
        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            var template = values.FirstOrDefault(value => value.Key == Template).Value as string ?? "";
            foreach (var (name, value) in values)
            {
                if (name != Template && value is not null && !template.Contains($"{{{name}}}", StringComparison.Ordinal))
                {
                    fields.Add(new(SnakeCase(name), Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                }
            }
        }

        if (error is not null)
        {
            fields.AddRange(FailureText.Fields(error));
        }

        return new LogEvent(level, logger, formatter(state, error), fields.ToImmutable());
    }

    /// <summary>The name as C# has it may begin with an @, which is no part of it.</summary>
    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name.AsSpan().TrimStart('@'))
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
