using System.Text;

namespace Coffer.AwsSandbox.Policies;

/// <summary>Patterns with <c>*</c>, <c>?</c> and policy variables. What a variable stands for is data: its own wildcards mean nothing.</summary>
internal static class PolicyPattern
{
    // Private-use characters stand for the wildcards once variables are in place, so that substituted text cannot make new ones.
    private const char Star = '\uE000';
    private const char Any = '\uE001';

    /// <summary>Puts variables in place; null when one of them has no single value in this request, and then nothing matches.</summary>
    public static string? Resolve(string pattern, PolicyRequest request, bool variables)
    {
        if (!pattern.AsSpan().ContainsAny("*?$\uE000\uE001"))
        {
            return pattern;
        }

        var text = new StringBuilder(pattern.Length + 16);
        for (var i = 0; i < pattern.Length; i++)
        {
            var close = variables && pattern[i] == '$' && i + 1 < pattern.Length && pattern[i + 1] == '{'
                ? pattern.IndexOf('}', i)
                : -1;
            if (close < 0)
            {
                text.Append(pattern[i] switch { '*' => Star, '?' => Any, Star or Any => '\uFFFD', var letter => letter });
                continue;
            }

            if (Variable(pattern[(i + 2)..close], request) is not { } value)
            {
                return null;
            }

            text.Append(value.Replace(Star, '\uFFFD').Replace(Any, '\uFFFD'));
            i = close;
        }

        return text.ToString();
    }

    /// <summary>Whether text fits a resolved pattern. Linear but for one point of return per star.</summary>
    public static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase)
    {
        int p = 0, t = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == Star)
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == Any || Same(pattern[p], text[t], ignoreCase)))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == Star)
        {
            p++;
        }

        return p == pattern.Length;
    }

    /// <summary>The resolved pattern as the text it would be without wildcards: what StringEquals compares with.</summary>
    public static string Literal(string resolved) => resolved.Replace(Star, '*').Replace(Any, '?');

    private static bool Same(char a, char b, bool ignoreCase) =>
        a == b || (ignoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));

    private static string? Variable(string inner, PolicyRequest request)
    {
        if (inner is "*" or "?" or "$")
        {
            return inner;
        }

        var comma = inner.IndexOf(',', StringComparison.Ordinal);
        var name = (comma < 0 ? inner : inner[..comma]).Trim();
        if (request.TryGet(name, out var values) && values.Length == 1)
        {
            return values[0];
        }

        var fallback = comma < 0 ? "" : inner[(comma + 1)..].Trim();
        return fallback.Length >= 2 && fallback[0] == '\'' && fallback[^1] == '\'' ? fallback[1..^1] : null;
    }
}
