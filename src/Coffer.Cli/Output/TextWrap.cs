using System.Text;

namespace Coffer.Cli.Output;

/// <summary>Breaks prose between words.</summary>
internal static class TextWrap
{
    private const int LineMax = 78;

    /// <summary>The text in lines of at most 78 characters, each behind so many blanks. A longer word has a line of its own.</summary>
    public static string At(string text, int indent = 0)
    {
        var result = new StringBuilder();
        foreach (var paragraph in text.Split('\n'))
        {
            result.Append(result.Length == 0 ? "" : "\n");
            var used = -1;
            foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (used >= 0 && used + 1 + word.Length <= LineMax - indent)
                {
                    result.Append(' ').Append(word);
                    used += 1 + word.Length;
                }
                else
                {
                    result.Append(used < 0 ? "" : "\n").Append(' ', indent).Append(word);
                    used = word.Length;
                }
            }
        }

        return result.ToString();
    }
}
