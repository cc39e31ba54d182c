using System.Globalization;

namespace Coffer.Cli.Tests.Running;

/// <summary>
/// A test of the command line as text. Header lines (<c># comment</c>, <c>server: scripted|real|real with aws|real, empty</c>, <c>env NAME=VALUE</c>) come first, then steps:
/// <code>
/// -- file NAME --          content of a file, named ${DIR}/NAME in commands; variables in it are replaced
/// -- program NAME --       the same, of a file that can be run
/// -- bytes NAME --         the same, in hexadecimal
/// $ coffer read a/b        a step: the command line, with quotes and ${VARIABLES}
/// -- stdin --              what it reads
/// -- tty --                standard output (and input, without stdin) is a terminal; the content is what is typed unseen
/// -- send GET /v1/a/b --   a request it must send: header lines, then the JSON body if there is one
/// -- reply 200 --          and what the scripted server answers
/// -- stdout --             expected exactly; "…" stands for anything on its line; "stdout nonl" has no newline at the end
/// -- stderr --
/// -- exit 2 --             expected exit code, default 0
/// -- save NAME REGEX --    keeps what group 1 finds in stdout as ${NAME}, for this step's output and later steps
/// </code>
/// A section that is absent is expected to be empty. A script for a real server leaves send and reply out.
/// </summary>
internal sealed record Script(string Server, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, ScriptFile> Files, IReadOnlyList<ScriptStep> Steps)
{
    public static Script Parse(string text)
    {
        var server = "scripted";
        var environment = new Dictionary<string, string>();
        var files = new Dictionary<string, ScriptFile>();
        var steps = new List<ScriptStep>();
        var lines = text.TrimEnd('\n').Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith("$ ", StringComparison.Ordinal))
            {
                steps.Add(new ScriptStep(line[2..], i + 1));
            }
            else if (IsSection(line))
            {
                var content = new List<string>();
                while (i + 1 < lines.Length && !IsSection(lines[i + 1]) && !lines[i + 1].StartsWith("$ ", StringComparison.Ordinal))
                {
                    content.Add(lines[++i]);
                }

                Take(line[3..^3], content, files, steps);
            }
            else if (line.StartsWith("server: ", StringComparison.Ordinal))
            {
                server = line["server: ".Length..];
            }
            else if (line.StartsWith("env ", StringComparison.Ordinal))
            {
                var pair = line[4..].Split('=', 2);
                environment[pair[0]] = pair[1];
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                throw new FormatException($"line {i + 1}: not a script line: {line}");
            }
        }

        return new Script(server, environment, files, steps);
    }

    private static bool IsSection(string line) =>
        line.Length > 6 && line.StartsWith("-- ", StringComparison.Ordinal) && line.EndsWith(" --", StringComparison.Ordinal);

    private static void Take(string title, List<string> content, Dictionary<string, ScriptFile> files, List<ScriptStep> steps)
    {
        var words = title.Split(' ');
        var text = string.Concat(content.Select(line => line + "\n"));
        if (words[0] is "file" or "program" or "bytes")
        {
            files[words[1]] = new ScriptFile(text, words[0]);
            return;
        }

        // A blank line before the next step is there for the reader, unless output may really end in one.
        if (words[0] is not ("stdout" or "stderr" or "stdin") && text.Trim('\n').Length == 0)
        {
            text = "";
        }

        var step = steps[^1];
        switch (words[0])
        {
            case "stdin":
                step.Input = text;
                break;
            case "tty":
                step.IsTerminal = true;
                step.Typed = text.Trim();
                break;
            case "send":
                step.Exchanges.Add(new ScriptExchange(words[1], words[2], content.Where(line => line.Length > 0).ToArray()));
                break;
            case "reply":
                step.Exchanges[^1].Status = int.Parse(words[1], CultureInfo.InvariantCulture);
                step.Exchanges[^1].Reply = text.Trim();
                break;
            case "stdout":
                step.Output = words.Length > 1 ? text[..^1] : text;
                break;
            case "stderr":
                step.Error = text;
                break;
            case "exit":
                step.ExitCode = int.Parse(words[1], CultureInfo.InvariantCulture);
                break;
            case "save":
                step.Saves.Add((words[1], string.Join(' ', words[2..])));
                break;
            default:
                throw new FormatException($"unknown section: {title}");
        }
    }
}

/// <summary>A file that is there before the first step.</summary>
/// <param name="Content">Its text, or its bytes in hexadecimal.</param>
/// <param name="Kind"><c>file</c>, <c>program</c> or <c>bytes</c>.</param>
internal sealed record ScriptFile(string Content, string Kind);

/// <summary>One command of a script with all that is expected of it.</summary>
internal sealed class ScriptStep(string commandLine, int line)
{
    public string CommandLine { get; } = commandLine;

    public int Line { get; } = line;

    public string? Input { get; set; }

    public bool IsTerminal { get; set; }

    public string Typed { get; set; } = "";

    public List<ScriptExchange> Exchanges { get; } = [];

    public string Output { get; set; } = "";

    public string Error { get; set; } = "";

    public int ExitCode { get; set; }

    public List<(string Name, string Pattern)> Saves { get; } = [];
}

/// <summary>A request that must come, and its answer.</summary>
internal sealed class ScriptExchange(string method, string path, IReadOnlyList<string> lines)
{
    public string Method { get; } = method;

    public string Path { get; } = path;

    public IReadOnlyList<string> Headers { get; } = lines.TakeWhile(line => line[0] is not ('{' or '[')).ToArray();

    public string Body { get; } = string.Join('\n', lines.SkipWhile(line => line[0] is not ('{' or '[')));

    public int Status { get; set; } = 200;

    public string Reply { get; set; } = "";

    /// <summary>The same with its texts changed.</summary>
    public ScriptExchange With(Func<string, string> change) =>
        new(Method, change(Path), [.. lines.Select(change)]) { Status = Status, Reply = change(Reply) };
}
