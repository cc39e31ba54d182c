using System.Text;

namespace Coffer.Cli.Terminal;

/// <summary>The console of this process.</summary>
internal sealed class SystemConsole : ICliConsole, IDisposable
{
    // Not Console.Out: that one follows LANG, and output is UTF-8 whatever the locale says.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly Stream _output = StandardStream.Output();
    private readonly StreamWriter _out;
    private readonly StreamWriter _error = new(new LenientStream(StandardStream.Error()), Utf8) { AutoFlush = true };
    private readonly Lazy<Stream> _input = new(StandardStream.Input);

    public SystemConsole() => _out = new StreamWriter(_output, Utf8) { AutoFlush = true };

    public string ProgramName { get; } = NameFrom(Environment.GetCommandLineArgs());

    public TextWriter Out => _out;

    public TextWriter Error => _error;

    public Stream Input => _input.Value;

    public bool InputIsTerminal => !Console.IsInputRedirected;

    public bool OutputIsTerminal => !Console.IsOutputRedirected;

    public bool ErrorIsTerminal => !Console.IsErrorRedirected;

    public TimeProvider Clock => TimeProvider.System;

    public HttpMessageHandler? Http => null;

    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        _out.Flush();
        _output.Write(bytes);
        _output.Flush();
    }

    /// <summary>Standard error for any thread, where a message that cannot be written is a fault.</summary>
    public static TextWriter StrictError() => TextWriter.Synchronized(new StreamWriter(StandardStream.Error(), Utf8) { AutoFlush = true });

    public string ReadHidden(string prompt, TextWriter promptWriter)
    {
        if (OperatingSystem.IsLinux())
        {
            using var hidden = new HiddenTyping();
            promptWriter.Write(prompt);
            return TypedLine.Read(Input);
        }

        promptWriter.Write(prompt);
        var line = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                return line.ToString();
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                line.Length = Math.Max(0, line.Length - 1);
            }
            else if (key.KeyChar >= ' ')
            {
                line.Append(key.KeyChar);
            }
        }
    }

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    private static string NameFrom(string[] commandLine)
    {
        var name = commandLine.Length == 0 ? "" : Path.GetFileNameWithoutExtension(commandLine[0]);
        return name == "vault" ? "vault" : "coffer";
    }
}
