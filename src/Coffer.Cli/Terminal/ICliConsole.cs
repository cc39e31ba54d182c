namespace Coffer.Cli.Terminal;

/// <summary>All a command sees of the process it runs in.</summary>
public interface ICliConsole
{
    /// <summary>The name the program was called by: <c>coffer</c>, or <c>vault</c> through a link. Used in help and hints.</summary>
    string ProgramName { get; }

    /// <summary>Standard output.</summary>
    TextWriter Out { get; }

    /// <summary>Standard error.</summary>
    TextWriter Error { get; }

    /// <summary>Standard input, as bytes.</summary>
    Stream Input { get; }

    /// <summary>Whether standard input is a terminal.</summary>
    bool InputIsTerminal { get; }

    /// <summary>Whether standard output is a terminal.</summary>
    bool OutputIsTerminal { get; }

    /// <summary>Whether standard error is a terminal.</summary>
    bool ErrorIsTerminal { get; }

    /// <summary>The clock.</summary>
    TimeProvider Clock { get; }

    /// <summary>Carries HTTP requests in tests; null for real connections.</summary>
    HttpMessageHandler? Http { get; }

    /// <summary>An environment variable; null when unset.</summary>
    string? Variable(string name);

    /// <summary>Writes bytes to standard output, after all text written so far.</summary>
    void WriteBytes(ReadOnlySpan<byte> bytes);

    /// <summary>Asks for a line on the terminal and reads it without showing it. Only when <see cref="InputIsTerminal"/>.</summary>
    /// <param name="prompt">What to ask; it is shown once nothing of what is typed is shown any more.</param>
    /// <param name="promptWriter">Where to.</param>
    string ReadHidden(string prompt, TextWriter promptWriter);
}
