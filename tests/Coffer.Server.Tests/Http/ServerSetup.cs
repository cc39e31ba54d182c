using Coffer.Kernel.Mounts;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;

namespace Coffer.Server.Tests.Http;

/// <summary>Makes a started server ready for requests.</summary>
internal static class ServerSetup
{
    public const string Root = "root";

    /// <summary>Initialises and unseals a server. Its root token is <see cref="Root"/>.</summary>
    /// <param name="mount">What is mounted besides the built-in engines; null for kv version 1 at <c>secret/</c>.</param>
    public static async Task OpenAsync(this CofferServer server, MountEntry? mount, CancellationToken cancellation)
    {
        var kv = MountEntry.New(SystemRandom.Instance, "secret/", "kv", MountClass.Secret, "");
        var made = await server.Kernel.InitializeAsync(
            new InitRequest(1, 1) { RootToken = Root, Mounts = [mount ?? kv with { Options = kv.Options.SetItem("version", "1") }] }, cancellation);
        await server.Kernel.UnsealAsync(Convert.ToHexStringLower(made!.Shares[0]), cancellation);
    }
}
