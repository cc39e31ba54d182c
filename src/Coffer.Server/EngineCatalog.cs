using Coffer.Auth.Userpass;
using Coffer.Sdk.Engines;
using Coffer.Secrets.Aws;
using Coffer.Secrets.Cubbyhole;
using Coffer.Secrets.Kv;
using Coffer.Secrets.Totp;

namespace Coffer.Server;

/// <summary>Every engine that can be mounted. A new one is a line here.</summary>
internal static class EngineCatalog
{
    public static IReadOnlyList<EngineType> All { get; } =
    [
        KvEngines.Type,
        CubbyholeEngine.Type,
        AwsEngine.Type,
        TotpEngine.Type,
        UserpassMethod.Type,
    ];
}
