using System.Diagnostics;
using System.Text.RegularExpressions;
using Coffer.Testing;

namespace Coffer.Walkthrough.Tests.Running;

/// <summary>A running <c>vault server -dev</c>, and what a person reads off its output.</summary>
internal sealed partial class VaultServer : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(3);

    private readonly ReservedPort _port;
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _lines = [];

    private VaultServer(Process process, ReservedPort port)
    {
        _process = process;
        _port = port;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The line that leads the command line to this server, as it is printed.</summary>
    public string ExportLine => Printed(ExportPattern());

    public string UnsealKey => Printed(UnsealKeyPattern());

    public string RootToken => Printed(RootTokenPattern());

    public static async Task<VaultServer> StartAsync(Installation installation, CancellationToken cancellation)
    {
        // 8200 may be taken on this machine, and tests run side by side.
        var port = new ReservedPort();
        var start = installation.StartInfo(installation.Program, "server", "-dev", $"-dev-listen-address={port.EndPoint}");
        var server = new VaultServer(Process.Start(start) ?? throw new InvalidOperationException("the server did not start"), port);
        try
        {
            await server._ready.Task.WaitAsync(StartMax, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the process at once: it gets no chance to take anything away.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        _port.Dispose();
    }

    private string Printed(Regex pattern)
    {
        lock (_lines)
        {
            return _lines.Select(line => pattern.Match(line)).First(match => match.Success).Groups[1].Value;
        }
    }

    /// <summary>The root token is the last of what is needed. Null comes when the output ends, which the process should not do by itself.</summary>
    private void Keep(string? line)
    {
        lock (_lines)
        {
            if (line is null)
            {
                _ready.TrySetException(new InvalidOperationException($"the server ended at once:\n{string.Join('\n', _lines)}"));
                return;
            }

            _lines.Add(line);
            if (RootTokenPattern().IsMatch(line))
            {
                _ready.TrySetResult();
            }
        }
    }

    [GeneratedRegex(@"^\s*\$ (export VAULT_ADDR='http://127\.0\.0\.1:\d+')$")]
    private static partial Regex ExportPattern();

    [GeneratedRegex(@"^Unseal Key: (\S+)$")]
    private static partial Regex UnsealKeyPattern();

    [GeneratedRegex(@"^Root Token: (\S+)$")]
    private static partial Regex RootTokenPattern();
}
