using System.ComponentModel;
using System.Diagnostics;

namespace Coffer.Aws.Peers.Tests;

/// <summary>Programs of others that the sandbox and the signer are held against.</summary>
internal static class Peer
{
    private static readonly Lazy<Task<string?>> Boto = new(() => Missing("python3", "-c", "import boto3"));
    private static readonly Lazy<Task<string?>> Cli = new(() => Missing("aws", "--version"));
    private static readonly Lazy<Task<string?>> Moto = new(() => Missing("moto_server", "--help"));

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task NeedBoto() => Need(await Boto.Value);

    public static async Task NeedCli() => Need(await Cli.Value);

    public static async Task NeedMoto() => Need(await Moto.Value);

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name);

    /// <summary>Runs a program to its end; fails the test with its error output unless it exits with zero.</summary>
    public static async Task<string> Run(string program, string? input, params string[] arguments)
    {
        var (code, output, error) = await RunAny(program, input, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{error}\n{output}");
        return output;
    }

    public static async Task<(int Code, string Output, string Error)> RunAny(string program, string? input, params string[] arguments)
    {
        using var process = Start(program, arguments);
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        try
        {
            await process.WaitForExitAsync(Cancel);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in new[]
        {
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_PAGER", ""), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_MAX_ATTEMPTS", "1"),
            ("MOTO_IAM_LOAD_MANAGED_POLICIES", "true"), ("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        })
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    private static void Need(string? missing) => Assert.SkipWhen(missing is not null, missing ?? "");

    private static async Task<string?> Missing(string program, params string[] arguments)
    {
        try
        {
            using var process = Start(program, arguments);
            process.StandardInput.Close();
            await process.StandardOutput.ReadToEndAsync();
            return await Ended(process) == 0 ? null : $"{program} {string.Join(' ', arguments)} does not work on this machine";
        }
        catch (Win32Exception)
        {
            return $"{program} is not on this machine";
        }
    }

    private static async Task<int> Ended(Process process)
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
