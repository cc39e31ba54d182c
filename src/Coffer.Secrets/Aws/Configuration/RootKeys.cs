using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Secrets.Aws.Configuration;

/// <summary>Whose credentials a mount uses after a write of <c>config/root</c>: its own key pair, or those of the server's environment where that was chosen.</summary>
/// <remarks>
/// A write that says nothing of the pair keeps it: Vault clears it, and goes on under whatever account the server runs as. The first write without a
/// pair is how Vault's operators choose the environment; once there was a pair, only <c>use_environment=true</c> does.
/// </remarks>
/// <param name="AccessKey">Empty for none.</param>
/// <param name="SecretKey">Empty for none.</param>
/// <param name="UsesEnvironment">AWS's default chain of credentials is to be used; never with a key.</param>
internal sealed record RootKeys(string AccessKey, string SecretKey, bool UsesEnvironment)
{
    public static readonly Field<string> AccessKeyField = Field.Text(
        "access_key", "Access key id of the credentials that make and remove others. Left out together with secret_key, both stay; empty removes both.");

    public static readonly Field<string> SecretKeyField = Field.Secret("secret_key", "Secret key that belongs to access_key. Never returned.");

    public static readonly Field<bool> EnvironmentField = Field.Boolean(
        "use_environment",
        "Use the AWS account of the server's environment (AWS's default chain) in place of a key pair. "
            + "True without being said only where the first write of config/root has no pair.");

    private static readonly RootKeys None = new("", "", UsesEnvironment: false);
    private static readonly RootKeys Environment = new("", "", UsesEnvironment: true);

    /// <summary>What the request and what is stored come to together; null, with the reason, when the request contradicts itself.</summary>
    /// <param name="stored">Null before the first write.</param>
    /// <param name="access">The access key as the request names it; null when it does not.</param>
    /// <param name="secret">The secret key as the request names it; null when it does not.</param>
    public static RootKeys? After(EngineRequest request, RootConfig? stored, string? access, string? secret, out string problem)
    {
        var before = stored is null ? Environment : new RootKeys(stored.AccessKey, stored.SecretKey, stored.IsEnvironment());
        var hasKey = access is { Length: > 0 } || secret is { Length: > 0 };
        var environment = request.Has(EnvironmentField) ? request.Get(EnvironmentField) : (bool?)null;
        problem = environment == true && hasKey ? "use_environment=true cannot go with access_key or secret_key: leave one of them out" : "";
        if (problem.Length > 0)
        {
            return null;
        }

        var named = (access, secret) switch
        {
            _ when environment == true => Environment,
            (null, null) => before,
            ("", _) or (_, "") when !hasKey => before.HasKey ? None : before,
            (null, _) => before with { SecretKey = secret!, UsesEnvironment = false },
            (_, null) when access == before.AccessKey => before,
            _ => new RootKeys(access ?? "", secret ?? "", UsesEnvironment: false),
        };
        return environment == false ? named with { UsesEnvironment = false } : named;
    }

    public override string ToString() => $"RootKeys({AccessKey}, redacted)";

    private bool HasKey => AccessKey.Length > 0 || SecretKey.Length > 0;
}
