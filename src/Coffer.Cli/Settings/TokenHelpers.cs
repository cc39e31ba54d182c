using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;
using Coffer.Server;

namespace Coffer.Cli.Settings;

/// <summary>
/// Finds what keeps the token: the program that the client's configuration file names, or else <see cref="TokenFile"/>. The file is <c>~/.vault</c>,
/// or the one that VAULT_CONFIG_PATH names.
/// </summary>
internal static class TokenHelpers
{
    private const string PathVariable = "CONFIG_PATH";

    /// <param name="environment">Of this process.</param>
    /// <param name="address">The server's address, which the program is given.</param>
    public static ITokenHelper Find(EnvironmentSettings environment, string address) =>
        ProgramOf(environment) is { Length: > 0 } program ? new TokenProgram(program, address) : new TokenFile(environment);

    /// <summary>The program that keeps tokens; empty for none.</summary>
    public static string ProgramOf(EnvironmentSettings environment)
    {
        var file = FilePath(environment);
        if (file.Length == 0 || !File.Exists(file))
        {
            return "";
        }

        var program = Read(file);
        return program.Length == 0 || Path.IsPathFullyQualified(program)
            ? program
            : throw CliException.Remote($"failed to get token helper: token_helper in {file} must be an absolute path, so that no other program can take its place");
    }

    private static string FilePath(EnvironmentSettings environment)
    {
        var home = environment.HomeDirectory;
        var named = environment.Read(PathVariable);
        return named is null ? home.Length == 0 ? "" : Path.Combine(home, ".vault")
            : named.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, named[2..])
            : named;
    }

    private static string Read(string file)
    {
        try
        {
            var (program, problem) = ClientConfiguration.Read(TextSource.AsDocument(TextSource.OfFile(file)));
            return program ?? throw CliException.Remote(
                $"failed to get token helper: error parsing config file at {file}: {problem}. If it is another program's file, let VAULT_CONFIG_PATH name yours");
        }
        catch (FormatException error)
        {
            throw CliException.Remote($"failed to get token helper: {error.Message}");
        }
    }
}
