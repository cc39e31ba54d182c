namespace Coffer.Kernel.Identity.Oidc;

/// <summary>Who identity tokens say made them. Stored; immutable.</summary>
/// <param name="Issuer">Scheme, host and port; empty for the server's own address.</param>
public sealed record OidcConfigRecord(string Issuer);
