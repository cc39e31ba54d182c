using System.Text;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Hooks;
using Coffer.Cli.Tests.Running;
using Coffer.Testing;

namespace Coffer.Cli.Tests;

/// <summary>The server command with the server that belongs to it.</summary>
public sealed class ServerCommandTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("coffer-cli-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task A_dev_server_leaves_its_token_for_other_commands_and_ends_with_zero_when_it_is_told_to_stop()
    {
        var address = ReservedPort.ForThisProcess();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new Watched("Root Token: ");
        using var console = new TestConsole { OutTo = output };
        console.Environment["HOME"] = _home.FullName;

        var server = CliProgram.RunAsync(
            ["server", "-dev", $"-dev-listen-address={address}"], console, new CliHooks { RunServer = ServerHook.RunAsync }, stop.Token);
        Assert.Same(output.Seen, await Task.WhenAny(output.Seen, server));

        Assert.Equal(0, await RunAsync(address.ToString(), "status"));
        Assert.Equal(0, await RunAsync(address.ToString(), "kv", "put", "secret/a", "x=1"));
        await stop.CancelAsync();
        Assert.Equal(0, await server);
        Assert.Contains($"export VAULT_ADDR='http://{address}'", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Unseal Key: ", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync(address.ToString(), "status"));
    }

    [Fact]
    public async Task A_server_from_a_file_says_that_it_has_to_be_initialised()
    {
        var address = ReservedPort.ForThisProcess();
        var file = Path.Combine(_home.FullName, "c.hcl");
        var text = $$"""
            storage "file" { path = "{{Path.Combine(_home.FullName, "data")}}" }
            listener "tcp" {
              address     = "{{address}}"
              tls_disable = true
            }
            """;
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new Watched("operator init");
        using var console = new TestConsole { OutTo = output };

        var server = CliProgram.RunAsync(["server", $"-config={file}"], console, new CliHooks { RunServer = ServerHook.RunAsync }, stop.Token);
        Assert.Same(output.Seen, await Task.WhenAny(output.Seen, server));

        Assert.Equal(2, await RunAsync(address.ToString(), "status"));
        Assert.Equal(2, await RunAsync(address.ToString(), "operator", "init", "-status"));
        await stop.CancelAsync();
        Assert.Equal(0, await server);
    }

    [Fact]
    public async Task Whoever_initialises_a_server_that_unseals_itself_is_not_told_to_unseal_it()
    {
        var address = ReservedPort.ForThisProcess();
        var file = Path.Combine(_home.FullName, "c.hcl");
        var key = Path.Combine(_home.FullName, "key");
        await File.WriteAllBytesAsync(key, [.. Enumerable.Range(0, 32).Select(n => (byte)n)], TestContext.Current.CancellationToken);
        var text = $$"""
            storage "inmem" {}
            seal "static" {
              current_key_id = "a"
              current_key    = "file://{{key}}"
            }
            listener "tcp" {
              address     = "{{address}}"
              tls_disable = true
            }
            """;
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new Watched("operator init");
        using var console = new TestConsole { OutTo = output };
        var server = CliProgram.RunAsync(["server", $"-config={file}"], console, new CliHooks { RunServer = ServerHook.RunAsync }, stop.Token);
        Assert.Same(output.Seen, await Task.WhenAny(output.Seen, server));

        var told = new Watched("Next: ");
        using var asking = new TestConsole { OutTo = told };
        asking.Environment["HOME"] = _home.FullName;
        asking.Environment["VAULT_ADDR"] = $"http://{address}";
        Assert.Equal(0, await CliProgram.RunAsync(["operator", "init"], asking, new CliHooks(), TestContext.Current.CancellationToken));

        Assert.Contains("Next: coffer login", told.ToString(), StringComparison.Ordinal);
        Assert.Contains("has unsealed itself", told.ToString(), StringComparison.Ordinal);
        await stop.CancelAsync();
        Assert.Equal(0, await server);
    }

    [Fact]
    public async Task A_dev_server_with_tls_makes_a_certificate_that_the_client_can_check()
    {
        var address = ReservedPort.ForThisProcess();
        var folder = Path.Combine(_home.FullName, "tls");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new Watched("Root Token: ");
        using var console = new TestConsole { OutTo = output };
        console.Environment["HOME"] = _home.FullName;

        var server = CliProgram.RunAsync(
            ["server", "-dev-tls", $"-dev-tls-cert-dir={folder}", "-dev-tls-san=coffer.test", $"-dev-listen-address={address}"], console,
            new CliHooks { RunServer = ServerHook.RunAsync }, stop.Token);
        Assert.Same(output.Seen, await Task.WhenAny(output.Seen, server));

        var authority = Path.Combine(folder, "vault-ca.pem");
        Assert.Contains($"export VAULT_ADDR='https://{address}'", output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"export VAULT_CACERT='{authority}'", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAtAsync($"https://{address}", authority, "kv", "put", "secret/a", "x=1"));
        Assert.Equal(1, await RunAtAsync($"https://{address}", "", "status"));
        await stop.CancelAsync();
        Assert.Equal(0, await server);
    }

    [Fact]
    public async Task A_dev_server_shows_the_account_beside_it_and_writes_audit_files_only_where_it_may()
    {
        var address = ReservedPort.ForThisProcess();
        var folder = Path.Combine(_home.FullName, "audit");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new Watched("Root Token: ");
        using var console = new TestConsole { OutTo = output };
        console.Environment["HOME"] = _home.FullName;

        var server = CliProgram.RunAsync(
            ["server", "-dev", "-dev-aws-sandbox=", $"-dev-audit-dir={folder}", $"-dev-listen-address={address}"], console,
            new CliHooks { RunServer = ServerHook.RunAsync }, stop.Token);
        Assert.Same(output.Seen, await Task.WhenAny(output.Seen, server));

        Assert.Contains("AWS sandbox: http://127.0.0.1:", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("AWS access key: AKIAIOSFODNN7EXAMPLE", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAtAsync($"http://{address}", "", "audit", "enable", "-path=outside", "file", $"file_path={_home.FullName}/outside.log"));
        Assert.Equal(0, await RunAtAsync($"http://{address}", "", "audit", "enable", "file", $"file_path={folder}/inside.log"));
        await stop.CancelAsync();
        Assert.Equal(0, await server);
        Assert.False(File.Exists(Path.Combine(_home.FullName, "outside.log")));
        Assert.True(new FileInfo(Path.Combine(folder, "inside.log")).Length > 0);
    }

    [Fact]
    public async Task A_client_talks_to_a_socket_that_is_for_its_owner_alone_and_that_goes_with_the_server()
    {
        var socket = Path.Combine(_home.FullName, "coffer.sock");
        var file = Path.Combine(_home.FullName, "c.hcl");
        var text = $$"""
            storage "inmem" {}
            listener "unix" {
              address      = "{{socket}}"
              socket_mode  = "0600"
              socket_user  = "root"
              socket_group = "0"
            }
            """;
        await File.WriteAllTextAsync(file, Environment.UserName == "root" ? text : text.Replace("socket_user  = \"root\"", "", StringComparison.Ordinal).Replace("socket_group = \"0\"", "", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new Watched("operator init");
        using var console = new TestConsole { OutTo = output };
        var server = CliProgram.RunAsync(["server", $"-config={file}"], console, new CliHooks { RunServer = ServerHook.RunAsync }, stop.Token);
        Assert.Same(output.Seen, await Task.WhenAny(output.Seen, server));

        Assert.Equal(2, await RunAtAsync($"unix://{socket}", "", "status"));
        Assert.Contains($"unix (addr: \"{socket}\"", output.ToString(), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        }

        await stop.CancelAsync();
        Assert.Equal(0, await server);
        Assert.False(File.Exists(socket));
    }

    [Theory]
    [InlineData("-config=/nowhere/coffer.hcl")]
    [InlineData("-dev", "-dev-listen-address=nowhere")]
    public async Task A_server_that_cannot_start_ends_with_one(params string[] arguments)
    {
        using var console = new TestConsole();

        Assert.Equal(1, await CliProgram.RunAsync(["server", .. arguments], console, new CliHooks { RunServer = ServerHook.RunAsync }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_does_not_start_without_its_static_key_and_one_that_opens_nothing_leaves_it_sealed()
    {
        var address = ReservedPort.ForThisProcess();
        var file = Path.Combine(_home.FullName, "c.hcl");
        var key = Path.Combine(_home.FullName, "key");
        await File.WriteAllBytesAsync(key, [.. Enumerable.Range(0, 32).Select(n => (byte)n)], TestContext.Current.CancellationToken);
        var text = $$"""
            storage "file" { path = "{{Path.Combine(_home.FullName, "data")}}" }
            seal "static" {
              current_key_id = "a"
              current_key    = "file://{{key}}"
            }
            listener "tcp" {
              address     = "{{address}}"
              tls_disable = true
            }
            """;
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        await ServeAsync("operator init", async () => Assert.Equal(0, await RunAsync(address.ToString(), "operator", "init")));
        File.Delete(key);
        using var refused = new TestConsole();
        Assert.Equal(1, await CliProgram.RunAsync(["server", $"-config={file}"], refused, new CliHooks { RunServer = ServerHook.RunAsync }, TestContext.Current.CancellationToken));
        await File.WriteAllBytesAsync(key, [.. Enumerable.Range(1, 32).Select(n => (byte)n)], TestContext.Current.CancellationToken);

        var output = await ServeAsync("did not unseal it", () => Task.CompletedTask);

        Assert.Contains("did not unseal it: no key slot opens with the static key \"a\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain("..", output, StringComparison.Ordinal);

        async Task<string> ServeAsync(string words, Func<Task> act)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var told = new Watched(words);
            using var console = new TestConsole { OutTo = told };
            var server = CliProgram.RunAsync(["server", $"-config={file}"], console, new CliHooks { RunServer = ServerHook.RunAsync }, stop.Token);
            Assert.Same(told.Seen, await Task.WhenAny(told.Seen, server));
            await act();
            await stop.CancelAsync();
            Assert.Equal(0, await server);
            return told.ToString();
        }
    }

    private Task<int> RunAsync(string address, params string[] arguments) => RunAtAsync($"http://{address}", "", arguments);

    private async Task<int> RunAtAsync(string url, string authority, params string[] arguments)
    {
        using var console = new TestConsole();
        console.Environment["HOME"] = _home.FullName;
        console.Environment["VAULT_ADDR"] = url;
        console.Environment["VAULT_CACERT"] = authority;
        return await CliProgram.RunAsync(arguments, console, new CliHooks(), TestContext.Current.CancellationToken);
    }

    /// <summary>Tells when a text has been written to it.</summary>
    private sealed class Watched(string text) : TextWriter
    {
        private readonly StringBuilder _written = new();
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Encoding Encoding => Encoding.UTF8;

        public Task Seen => _seen.Task;

        public override void Write(char value)
        {
            lock (_written)
            {
                _written.Append(value);
                if (value == '\n' && _written.ToString().Contains(text, StringComparison.Ordinal))
                {
                    _seen.TrySetResult();
                }
            }
        }

        public override string ToString()
        {
            lock (_written)
            {
                return _written.ToString();
            }
        }
    }
}
