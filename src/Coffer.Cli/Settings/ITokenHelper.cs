namespace Coffer.Cli.Settings;

/// <summary>Keeps the token between commands. Every failure ends the command, with words that say whose it is.</summary>
internal interface ITokenHelper
{
    /// <summary>The token, or empty when none is kept.</summary>
    string Read();

    /// <summary>Keeps a token in the place of the one before.</summary>
    void Store(string token);

    /// <summary>Forgets the token if one is kept.</summary>
    void Erase();
}
