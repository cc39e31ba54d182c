namespace Coffer.Secrets.Aws.Roles;

/// <summary>Roles written with the parameters of Vault's first years, <c>policy</c> and <c>arn</c>, as what they mean today.</summary>
internal static class LegacyRole
{
    public const string Warning = "Detected use of legacy role or policy parameter. Please upgrade to use the new parameters.";

    /// <summary>A role's ARN, a policy's ARN, or a policy document. Null when it is none of these.</summary>
    public static AwsRole? Upgrade(string text)
    {
        if (text.StartsWith("arn:", StringComparison.Ordinal))
        {
            return !Arn.TryParse(text, out var arn, out _) || arn.Service != "iam" ? null
                : arn.Resource.StartsWith("role/", StringComparison.Ordinal) ? Of(CredentialType.AssumedRole) with { RoleArns = [text] }
                : arn.Resource.StartsWith("policy/", StringComparison.Ordinal) ? Of(CredentialType.IamUser) with { PolicyArns = [text] }
                : null;
        }

        return PolicyText.Compact(text) is { } document
            ? Of(CredentialType.IamUser, CredentialType.FederationToken) with { PolicyDocument = document }
            : null;
    }

    private static AwsRole Of(params IReadOnlyList<string> types) => new() { CredentialTypes = types, ProhibitFlexibleCredPath = true };
}
