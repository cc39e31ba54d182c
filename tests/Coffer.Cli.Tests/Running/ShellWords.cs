using System.Text;

namespace Coffer.Cli.Tests.Running;

/// <summary>Splits a command line as a shell would: blanks, single and double quotes, backslashes.</summary>
internal static class ShellWords
{
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (quote == '\0' && letter == ' ')
            {
                if (inWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }
            }
            else if (letter == '\\' && quote != '\'' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
                inWord = true;
            }
            else if (letter is '\'' or '"' && (quote == '\0' || quote == letter))
            {
                quote = quote == '\0' ? letter : '\0';
                inWord = true;
            }
            else
            {
                word.Append(letter);
                inWord = true;
            }
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
