using System.Globalization;
using System.Text;

namespace Coffer.Text;

/// <summary>Texts as Go prints them, which is how they stand in Vault's messages.</summary>
public static class GoText
{
    /// <summary>What Go's <c>%q</c> makes of a text.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < 0x20 or 0x7F => string.Create(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ => rune.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Several problems as the library that Vault uses lists them.</summary>
    public static string Errors(IReadOnlyList<string> problems)
    {
        var text = new StringBuilder(problems.Count == 1 ? "1 error occurred:\n" : $"{problems.Count} errors occurred:\n");
        foreach (var problem in problems)
        {
            text.Append("\t* ").Append(problem).Append('\n');
        }

        return text.Append('\n').ToString();
    }
}
