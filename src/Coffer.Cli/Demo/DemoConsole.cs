using System.Text;
using Coffer.Cli.Terminal;

namespace Coffer.Cli.Demo;

/// <summary>The console of a command that the demo runs: a pipe on both ends, and an environment that names the demo's server and nothing else.</summary>
internal sealed class DemoConsole(ICliConsole outer, string address, string token, string input) : ICliConsole, IDisposable
{
    private readonly StringWriter _text = new() { NewLine = "\n" };

    public string ProgramName => outer.ProgramName;

    public TextWriter Out => _text;

    public TextWriter Error => _text;

    public Stream Input { get; } = new MemoryStream(Encoding.UTF8.GetBytes(input));

    public bool InputIsTerminal => false;

    public bool OutputIsTerminal => false;

    public bool ErrorIsTerminal => false;

    public TimeProvider Clock => outer.Clock;

    public HttpMessageHandler? Http => null;

    /// <summary>Everything written so far, errors in their place.</summary>
    public string Text => _text.ToString();

    public string? Variable(string name) => name switch
    {
        "VAULT_ADDR" => address,
        "VAULT_TOKEN" => token,
        _ => null,
    };

    public void WriteBytes(ReadOnlySpan<byte> bytes) => _text.Write(Encoding.UTF8.GetString(bytes));

    public string ReadHidden(string prompt, TextWriter promptWriter) => "";

    public void Dispose()
    {
        _text.Dispose();
        Input.Dispose();
    }
}
