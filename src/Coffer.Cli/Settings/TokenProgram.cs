using System.ComponentModel;
using System.Diagnostics;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Settings;

/// <summary>
/// A program of the user's that keeps the token. Its one argument is <c>get</c>, which prints the token, <c>store</c>, which reads it from standard
/// input, or <c>erase</c>. It is given the server's address in VAULT_ADDR.
/// </summary>
internal sealed class TokenProgram(string path, string address) : ITokenHelper
{
    public string Read() => Run("get", "", "failed to get token from token helper");

    public void Store(string token) => Run("store", token, "Error storing token");

    public void Erase() => Run("erase", "", "Error erasing token");

    private string Run(string operation, string input, string failure)
    {
        try
        {
            using var process = Process.Start(Start(operation)) ?? throw CliException.Remote($"{failure}: {path} did not start");
            var complaint = process.StandardError.ReadToEndAsync();
            Give(process, input);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output.Trim()
                : throw CliException.Remote($"{failure}: {path} {operation}: exit status {process.ExitCode}: {complaint.GetAwaiter().GetResult().Trim()}");
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            throw CliException.Remote($"{failure}: {path} cannot be run: {error.Message}");
        }
    }

    private ProcessStartInfo Start(string operation)
    {
        // Through the shell, which also runs a script that does not name its interpreter.
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo(path, [operation]) : new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$1\"", path, operation]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["VAULT_ADDR"] = start.Environment["COFFER_ADDR"] = address;
        return start;
    }

    private static void Give(Process process, string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading: its exit code says whether that was a failure.
        }
    }
}
