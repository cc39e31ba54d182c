using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Settings;

/// <summary>The token kept between commands: <c>~/.vault-token</c>, readable by its owner alone.</summary>
internal sealed class TokenFile(EnvironmentSettings settings) : ITokenHelper
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string FilePath => Path.Combine(settings.HomeDirectory, ".vault-token");

    /// <summary>The token, or empty when none is kept.</summary>
    public string Read()
    {
        if (settings.HomeDirectory.Length == 0 || !Path.Exists(FilePath))
        {
            return "";
        }

        try
        {
            return TextSource.OfFile(FilePath).Trim();
        }
        catch (FormatException error)
        {
            throw CliException.Remote($"failed to get token from token helper: {error.Message}");
        }
    }

    /// <summary>Keeps a token. Written to a new file first: no moment exists at which others could read it or half of it is there.</summary>
    public void Store(string token)
    {
        if (settings.HomeDirectory.Length == 0)
        {
            throw CliException.Remote("Error storing token: HOME is not set, so there is no place for .vault-token; use -no-store and VAULT_TOKEN");
        }

        var draft = FilePath + ".tmp";
        try
        {
            File.Delete(draft);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using (var writer = new StreamWriter(draft, options))
            {
                writer.Write(token);
            }

            File.Move(draft, FilePath, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Remote($"Error storing token: {error.Message}");
        }
    }

    /// <summary>Forgets the token if one is kept.</summary>
    public void Erase()
    {
        if (settings.HomeDirectory.Length > 0)
        {
            File.Delete(FilePath);
        }
    }
}
