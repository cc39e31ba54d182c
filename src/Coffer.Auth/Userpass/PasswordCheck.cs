namespace Coffer.Auth.Userpass;

/// <summary>What came of comparing a password with its hash.</summary>
internal sealed record PasswordCheck(bool Fits);
