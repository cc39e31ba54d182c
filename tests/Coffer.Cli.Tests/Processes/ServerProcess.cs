using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Testing;

namespace Coffer.Cli.Tests.Processes;

/// <summary>The program as a process of its own with a folder of its own, for what only a process has: signals, and limits of the system.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan ExitMax = TimeSpan.FromSeconds(60);
    private static readonly string[] Hidden = ["VAULT_", "COFFER_"];

    private readonly StringBuilder _output = new();
    private readonly IPEndPoint _address = ReservedPort.ForThisProcess();
    private readonly HttpClient _http;
    private Process? _process;
    private string _token = "";
    private string _share = "";

    public ServerProcess() => _http = new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                Thumbprint = (certificate as X509Certificate2)?.Thumbprint ?? "";
                return Thumbprint.Length > 0;
            },
        },
    });

    public string Folder { get; } = Directory.CreateTempSubdirectory("coffer-process-").FullName;

    public IPEndPoint Address => _address;

    /// <summary>Empty until <see cref="InitializeAsync"/>.</summary>
    public string RootToken => _token;

    /// <summary>A figure of <c>/proc/PID/status</c> in bytes, such as <c>VmRSS</c>, its memory now, and <c>VmHWM</c>, the most it ever had.</summary>
    public long Memory(string name)
    {
        var line = System.IO.File.ReadLines($"/proc/{Running.Id}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line[(name.Length + 1)..^" kB".Length], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>The listener has the certificate <c>tls.crt</c> of the folder.</summary>
    public bool HasTls { get; init; }

    /// <summary>Of the certificate that the server showed last.</summary>
    public string Thumbprint { get; private set; } = "";

    /// <summary>The stanza of the storage.</summary>
    public string Storage { get; init; } = "storage \"inmem\" {}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Process Running => _process ?? throw new InvalidOperationException("it does not run");

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="fileBlocksMax">No file may grow beyond so many blocks of 512 bytes: for this process a disk that is full.</param>
    /// <param name="diskMegabytes">The folder <c>data</c> is a disk of its own of this size, which only this process has: see <see cref="OwnDisk"/>.</param>
    public async Task StartAsync(int? fileBlocksMax = null, int? diskMegabytes = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "coffer");

        // Ignored, so that the write fails instead of ending the process.
        var limit = fileBlocksMax is { } blocks ? $"trap '' XFSZ; ulimit -f {blocks.ToString(CultureInfo.InvariantCulture)}; " : "";
        var disk = diskMegabytes is { } size ? $"mount -t tmpfs -o size={size.ToString(CultureInfo.InvariantCulture)}m coffer '{Directory.CreateDirectory(File("data")).FullName}' && " : "";
        string[] shell = ["/bin/sh", "-c", limit + disk + "exec \"$0\" \"$@\"", program, "server", $"-config={WriteConfiguration()}"];
        string[] command = diskMegabytes is null ? shell : ["unshare", "--map-root-user", "--mount", .. shell];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => Hidden.Any(name.StartsWith)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = start.Environment["TMPDIR"] = Folder;

        // The runtime's own writable view of its code is a file as well, and a large one.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        _process = Process.Start(start) ?? throw new InvalidOperationException("the server did not start");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        while (!await AnswersAsync())
        {
            Assert.False(_process.HasExited, Output());
            await Task.Delay(20, Cancel);
        }

        if (_share.Length > 0)
        {
            await UnsealAsync();
        }
    }

    /// <summary>Makes its keys and opens it.</summary>
    public async Task InitializeAsync()
    {
        var made = (await SendAsync(HttpMethod.Put, "sys/init", """{"secret_shares":1,"secret_threshold":1}""")).Is(200).Json;
        (_share, _token) = ((string)made["keys"]![0]!, (string)made["root_token"]!);
        await UnsealAsync();
    }

    public async Task<ProcessAnswer> SendAsync(HttpMethod method, string path, string body = "")
    {
        using var request = new HttpRequestMessage(method, $"{(HasTls ? "https" : "http")}://{_address}/v1/{path}") { Content = new StringContent(body) };
        request.Headers.Add("X-Vault-Token", _token);
        using var reply = await _http.SendAsync(request, Cancel);
        return new ProcessAnswer((int)reply.StatusCode, await reply.Content.ReadAsStringAsync(Cancel));
    }

    /// <param name="signal">Its name without SIG.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Running.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>The disk of its own that it was started with, as seen from outside.</summary>
    public string OwnDisk => $"/proc/{Running.Id}/root{File("data")}";

    /// <summary>Whether this system lets a process have a disk of its own without further rights.</summary>
    public static bool CanHaveOwnDisk()
    {
        using var tried = Process.Start("unshare", ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "coffer", Path.GetTempPath()]);
        tried.WaitForExit();
        return tried.ExitCode == 0;
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        await Running.WaitForExitAsync(Cancel).WaitAsync(ExitMax, Cancel);
        Assert.True(Running.ExitCode == 0, Output());
        Running.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        _http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public string File(string name) => Path.Combine(Folder, name);

    private async Task UnsealAsync() => (await SendAsync(HttpMethod.Put, "sys/unseal", $$"""{"key":"{{_share}}"}""")).Is(200);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return (await SendAsync(HttpMethod.Get, "sys/seal-status")).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private string WriteConfiguration()
    {
        var tls = HasTls ? $"""tls_cert_file = "{File("tls.crt")}", tls_key_file = "{File("tls.key")}" """ : "tls_disable = true";
        System.IO.File.WriteAllText(File("c.hcl"), $$"""
            {{Storage.Replace("FOLDER", Folder, StringComparison.Ordinal)}}
            listener "tcp" {
              address = "{{_address}}"
              {{tls.Replace(", ", "\n  ", StringComparison.Ordinal)}}
            }
            audit_folder = "{{Folder}}"
            log_file     = "{{File("server.log")}}"
            """);
        return File("c.hcl");
    }

    private string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.Append(line).Append('\n');
        }
    }
}

/// <summary>What the process answered.</summary>
internal sealed record ProcessAnswer(int Status, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public ProcessAnswer Is(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Text}");
        return this;
    }
}
