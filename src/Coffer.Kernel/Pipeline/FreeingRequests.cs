using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Pipeline;

/// <summary>Which requests are committed on a full disk as well: those that end or remove something, and those that an operator needs then.</summary>
internal static class FreeingRequests
{
    private static readonly string[] Paths =
        ["sys/leases/revoke", "sys/leases/tidy", "sys/revoke", "sys/seal", "sys/clock/confirm", "sys/quarantine/release", "auth/token/revoke", "auth/token/tidy"];

    public static bool Contains(RequestContext context) =>
        context.Operation == Operation.Delete || Array.Exists(Paths, path => context.FullPath.StartsWith(path, StringComparison.Ordinal));
}
