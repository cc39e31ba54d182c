namespace Coffer.Auth.Userpass;

/// <summary>What came of comparing a password with its hash.</summary>
/// <param name="Own">This server's own hash of it, where the password fits a hash that was made elsewhere; else null.</param>
internal sealed record PasswordCheck(bool Fits, PasswordHash? Own = null);
