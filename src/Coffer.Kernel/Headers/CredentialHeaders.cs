using System.Collections.Immutable;

namespace Coffer.Kernel.Headers;

/// <summary>Request headers that hold credentials: no engine gets them, and no audit device records them.</summary>
public static class CredentialHeaders
{
    private static readonly ImmutableArray<string> Names = ["x-vault-token", "authorization", "cookie", "proxy-authorization"];

    /// <param name="name">In any case.</param>
    public static bool Contains(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
