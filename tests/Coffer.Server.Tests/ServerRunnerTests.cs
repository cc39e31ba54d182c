using Coffer.Server.Logging;

namespace Coffer.Server.Tests;

public sealed class ServerRunnerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-runner-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_flag_that_sends_the_log_into_the_file_of_an_audit_device_is_refused()
    {
        var log = Path.Combine(_folder.FullName, "audit.log");
        var file = Path.Combine(_folder.FullName, "c.hcl");
        var text = $"storage \"inmem\" {{}}\nlistener \"tcp\" {{\n  address = \"127.0.0.1:18299\"\n  tls_disable = true\n}}\naudit \"file\" \"main\" {{ options {{ file_path = \"{log}\" }} }}\n";
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        using var errors = new StringWriter();

        var code = await ServerRunner.RunAsync([file], new LogFlags("", "", log), TextWriter.Null, errors, TestContext.Current.CancellationToken);

        Assert.Equal(1, code);
        Assert.StartsWith("Error: -log-file is the file that the audit device \"main\" writes to", errors.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(log));
    }

    [Theory]
    [InlineData("log_file", "server.log")]
    [InlineData("log_file", "")]
    [InlineData("-log-file", "server.log")]
    public async Task A_log_file_whose_folder_is_missing_is_refused_with_the_key_and_the_remedy(string key, string name)
    {
        var missing = Path.Combine(_folder.FullName, "none");
        var log = $"{missing}/{name}";
        var file = Path.Combine(_folder.FullName, "c.hcl");
        var isFlag = key == "-log-file";
        var text = "storage \"inmem\" {}\nlistener \"tcp\" {\n  address = \"127.0.0.1:18299\"\n  tls_disable = true\n}\n" + (isFlag ? "" : $"log_file = \"{log}\"\n");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        using var errors = new StringWriter();

        var code = await ServerRunner.RunAsync([file], new LogFlags("", "", isFlag ? log : ""), TextWriter.Null, errors, TestContext.Current.CancellationToken);

        Assert.Equal(1, code);
        Assert.Equal($"Error: {key} names a file in a folder that does not exist: create the folder for the server's user, or name another file", errors.ToString().TrimEnd());
    }
}
