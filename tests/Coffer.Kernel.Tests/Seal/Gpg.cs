using System.Diagnostics;
using System.Text;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>GnuPG with a home of its own: what other people's keys and messages are made and read with.</summary>
internal sealed class Gpg : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("gpg-").FullName;

    /// <summary>Makes a key with a subkey for encryption, and gives its fingerprint.</summary>
    public async Task<string> NewKeyAsync(string algorithm, string encryption, string expiry = "never")
    {
        await RunAsync([], "--quick-generate-key", "somebody@example.com", algorithm, "sign", expiry);
        var listing = Encoding.UTF8.GetString(await RunAsync([], "--with-colons", "--list-keys"));
        var fingerprint = listing.Split('\n').Last(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        if (encryption.Length > 0)
        {
            await RunAsync([], "--quick-add-key", fingerprint, encryption, "encr", expiry);
        }

        return fingerprint;
    }

    public Task<byte[]> ExportAsync(string fingerprint, params string[] options) => RunAsync([], [.. options, "--export", fingerprint]);

    public Task<byte[]> ExportSecretAsync(string fingerprint) => RunAsync([], "--export-secret-keys", fingerprint);

    public Task<byte[]> DecryptAsync(byte[] message) => RunAsync(message, "--decrypt");

    public void Dispose()
    {
        using var agent = Process.Start(new ProcessStartInfo("gpgconf", ["--homedir", _home, "--kill", "all"]));
        agent?.WaitForExit();
        Directory.Delete(_home, recursive: true);
    }

    private async Task<byte[]> RunAsync(byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("gpg", ["--homedir", _home, "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var gpg = Process.Start(start)!;
        var errors = gpg.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        var reading = gpg.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        await gpg.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        gpg.StandardInput.Close();
        await reading;
        await gpg.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(gpg.ExitCode == 0, await errors);
        return output.ToArray();
    }
}
