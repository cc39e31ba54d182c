using System.Globalization;
using System.Text.RegularExpressions;
using Org.BouncyCastle.Crypto.Generators;

namespace Coffer.Auth.Userpass;

/// <summary>
/// The bcrypt hash of a password that was given in place of the password, as <c>htpasswd -B</c> and other servers write it. It counts until the first good
/// login, which makes a <see cref="PasswordHash"/> of the password. Bcrypt sees the first 72 bytes of a password alone.
/// </summary>
/// <param name="Text">60 characters: <c>$2b$10$</c>, 22 of salt, 31 of hash.</param>
internal sealed partial record BcryptHash(string Text)
{
    /// <summary>The least work that is accepted: the default of <c>htpasswd -B</c>.</summary>
    private const int CostMin = 5;

    /// <summary>The most: some hundreds of milliseconds for one guess. Each step more doubles it.</summary>
    private const int CostMax = 12;

    /// <summary>Why a text is not accepted; null when it is.</summary>
    public static string? ProblemOf(string text)
    {
        if (!Form().IsMatch(text))
        {
            return "password_hash must be a bcrypt hash: 60 characters that begin with $2a$, $2b$ or $2y$ and the cost";
        }

        return int.Parse(text.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture) is < CostMin or > CostMax
            ? string.Create(CultureInfo.InvariantCulture, $"the cost of password_hash must be from {CostMin} to {CostMax}; make the hash again with one of these, or give the password")
            : null;
    }

    public bool Fits(string password)
    {
        var letters = password.ToCharArray();
        try
        {
            return OpenBsdBCrypt.CheckPassword(Text, letters);
        }
        finally
        {
            Array.Clear(letters);
        }
    }

    public override string ToString() => "BcryptHash(redacted)";

    // The last letters of salt and hash carry fewer than six bits; others are not what bcrypt writes, and would fit no password.
    [GeneratedRegex(@"^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
