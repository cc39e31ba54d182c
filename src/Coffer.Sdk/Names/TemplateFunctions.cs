using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coffer.Sdk.Primitives;
using Coffer.Text;

namespace Coffer.Sdk.Names;

/// <summary>The functions of name templates: those Vault offers, and the comparisons of Go's templates.</summary>
internal static class TemplateFunctions
{
    /// <summary>No value on the way to a name may be longer; a name itself has 64 characters at most.</summary>
    public const int TextCharsMax = 4096;

    private const int ArgumentsMax = 32;

    public static FrozenDictionary<string, TemplateFunction> All { get; } = new TemplateFunction[]
    {
        new("eq", 2, ArgumentsMax, static (_, x) => x.Skip(1).Any(other => Same(x[0], other))),
        new("ne", 2, 2, static (_, x) => !Same(x[0], x[1])),
        new("and", 1, ArgumentsMax, static (_, x) => Array.Find(x, value => !IsTrue(value)) ?? x[^1]),
        new("or", 1, ArgumentsMax, static (_, x) => Array.Find(x, IsTrue) ?? x[^1]),
        new("not", 1, 1, static (_, x) => !IsTrue(x[0])),
        new("len", 1, 1, static (_, x) => (long)Text("len", x[0]).Length),
        new("printf", 1, ArgumentsMax, static (_, x) => Printf(Text("printf", x[0]), x.AsSpan(1))),
        new("random", 1, 1, static (input, x) => input.Random.Base62(Length("random", x[0], 1))),
        new("truncate", 2, 2, static (_, x) => Truncate(Length("truncate", x[0], 1), Text("truncate", x[1]))),
        new("truncate_sha256", 2, 2, static (_, x) => TruncateSha256(Length("truncate_sha256", x[0], 9), Text("truncate_sha256", x[1]))),
        new("uppercase", 1, 1, static (_, x) => Text("uppercase", x[0]).ToUpperInvariant()),
        new("lowercase", 1, 1, static (_, x) => Text("lowercase", x[0]).ToLowerInvariant()),
        new("replace", 3, 3, static (_, x) => Replace(Text("replace", x[0]), Text("replace", x[1]), Text("replace", x[2]))),
        new("sha256", 1, 1, static (_, x) => Sha256(Text("sha256", x[0]))),
        new("base64", 1, 1, static (_, x) => Convert.ToBase64String(Encoding.UTF8.GetBytes(Text("base64", x[0])))),
        new("unix_time", 0, 0, static (input, _) => input.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        new("unix_time_millis", 0, 0, static (input, _) => input.Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        new("timestamp", 1, 1, static (input, x) => GoTimeLayout.Format(Text("timestamp", x[0]), input.Now)),
        new("uuid", 0, 0, static (input, _) => input.Random.Uuid()),
    }.ToFrozenDictionary(function => function.Name, StringComparer.Ordinal);

    /// <summary>Empty text, zero and false are not; all else is.</summary>
    public static bool IsTrue(object value) => value switch
    {
        bool flag => flag,
        long number => number != 0,
        _ => ((string)value).Length > 0,
    };

    public static string Print(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    private static bool Same(object left, object right) => left.GetType() == right.GetType()
        ? left.Equals(right)
        : throw new NameTemplateException("eq and ne need values of the same kind");

    private static string Text(string function, object value) => value as string
        ?? throw new NameTemplateException($"{function} needs text, not a number or a truth value");

    private static int Length(string function, object value, int min) => value is long number && number >= min && number <= TextCharsMax
        ? (int)number
        : throw new NameTemplateException($"{function} needs a length from {min} to {TextCharsMax}");

    private static string Truncate(int length, string text) => text.Length > length ? text[..length] : text;

    /// <summary>What is cut off is replaced by the first 8 hex digits of its SHA-256, so that two long texts stay different.</summary>
    private static string TruncateSha256(int length, string text) =>
        text.Length <= length ? text : text[..(length - 8)] + Sha256(text[(length - 8)..])[..8];

    private static string Replace(string find, string with, string text) => find.Length > 0
        ? text.Replace(find, with, StringComparison.Ordinal)
        : throw new NameTemplateException("replace needs a text to look for that is not empty");

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Go's verbs <c>%s</c> for text, <c>%d</c> for numbers, <c>%v</c> for both, <c>%q</c> for quoted text, <c>%%</c>.</summary>
    private static string Printf(string format, ReadOnlySpan<object> values)
    {
        var text = new StringBuilder();
        var used = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                text.Append(format[at]);
                continue;
            }

            var verb = ++at < format.Length ? format[at] : '\0';
            if (verb == '%')
            {
                text.Append('%');
                continue;
            }

            if (used == values.Length)
            {
                throw new NameTemplateException("printf has more verbs than values");
            }

            text.Append((verb, values[used++]) switch
            {
                ('s', string value) => value,
                ('d', long value) => Print(value),
                ('v', var value) => Print(value),
                ('q', string value) => GoText.Quote(value),
                ('s' or 'd' or 'q', _) => throw new NameTemplateException($"printf %{verb} takes a value of another kind"),
                _ => throw new NameTemplateException("printf knows %s, %d, %v, %q and %% only"),
            });
        }

        return used == values.Length ? text.ToString() : throw new NameTemplateException("printf has more values than verbs");
    }
}
