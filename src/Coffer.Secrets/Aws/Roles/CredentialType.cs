namespace Coffer.Secrets.Aws.Roles;

/// <summary>The words for what a role gives.</summary>
internal static class CredentialType
{
    public const string IamUser = "iam_user";
    public const string AssumedRole = "assumed_role";
    public const string FederationToken = "federation_token";

    /// <summary>All of them, for messages.</summary>
    public const string Known = $"{IamUser}, {AssumedRole} and {FederationToken}";

    public static bool IsKnown(string type) => type is IamUser or AssumedRole or FederationToken;
}
