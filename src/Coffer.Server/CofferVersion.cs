using System.Reflection;

namespace Coffer.Server;

/// <summary>The version as clients see it.</summary>
public static class CofferVersion
{
    /// <summary>The Vault release whose API is spoken.</summary>
    public const string VaultApi = "1.20.0";

    /// <summary>Coffer's own version.</summary>
    public static string Own { get; } =
        typeof(CofferVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>Such as <c>1.20.0+coffer.0.1.0</c>.</summary>
    public static string Reported { get; } = $"{VaultApi}+coffer.{Own}";
}
