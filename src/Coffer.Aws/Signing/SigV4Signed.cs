namespace Coffer.Aws.Signing;

/// <summary>A signature and the texts it was made from; the texts hold no secret key, but may hold a session token.</summary>
/// <param name="Authorization">The value of the Authorization header.</param>
/// <param name="Signature">Lower-case hex.</param>
/// <param name="CanonicalRequest">For comparing with the text a server reports on a mismatch.</param>
/// <param name="StringToSign">For the same purpose.</param>
public sealed record SigV4Signed(string Authorization, string Signature, string CanonicalRequest, string StringToSign);
