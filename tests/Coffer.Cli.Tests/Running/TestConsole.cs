using System.Text;
using Coffer.Cli.Terminal;

namespace Coffer.Cli.Tests.Running;

/// <summary>A console in memory.</summary>
internal sealed class TestConsole : ICliConsole, IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public Dictionary<string, string> Environment { get; } = [];

    public string Typed { get; init; } = "";

    public string ProgramName { get; init; } = "coffer";

    /// <summary>Takes standard output in place of <see cref="OutText"/>.</summary>
    public TextWriter? OutTo { get; init; }

    public TextWriter Out => OutTo ?? _out;

    public TextWriter Error => _error;

    public Stream Input { get; init; } = Stream.Null;

    public bool InputIsTerminal { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public HttpMessageHandler? Http { get; init; }

    public string OutText => _out.ToString();

    public string ErrorText => _error.ToString();

    public string? Variable(string name) => Environment.GetValueOrDefault(name);

    public void WriteBytes(ReadOnlySpan<byte> bytes) => _out.Write(Encoding.UTF8.GetString(bytes));

    public string ReadHidden(string prompt, TextWriter promptWriter)
    {
        promptWriter.Write(prompt);
        return Typed;
    }

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
        Input.Dispose();
    }
}
