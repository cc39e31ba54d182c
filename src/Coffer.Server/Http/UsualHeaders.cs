using System.Collections.Frozen;
using System.Collections.Immutable;
using Coffer.Kernel.Requests;
using Microsoft.AspNetCore.Http;

namespace Coffer.Server.Http;

/// <summary>
/// The headers that nearly every request has and nearly nothing asks for: to copy them would cost more than anything else that reads a request. They are looked up
/// when a mount or an audit device wants one.
/// </summary>
internal sealed class UsualHeaders(IHeaderDictionary headers) : IRequestHeaders
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        ["Host", "User-Agent", "Content-Length", "Content-Type", "Accept-Encoding", "Connection", "X-Vault-Request"], StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string name) => Names.Contains(name);

    public bool TryGet(string name, out ImmutableArray<string> values)
    {
        values = Contains(name) && headers.TryGetValue(name, out var found) ? [.. found.OfType<string>()] : [];
        return !values.IsEmpty;
    }
}
