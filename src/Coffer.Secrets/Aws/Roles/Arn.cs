namespace Coffer.Secrets.Aws.Roles;

/// <summary>An Amazon Resource Name in its parts.</summary>
internal readonly record struct Arn(string Partition, string Service, string Region, string Account, string Resource)
{
    /// <summary>AWS's bounds for the ARNs of IAM, in characters.</summary>
    private const int CharsMin = 20;

    private const int CharsMax = 2048;
    private const int AccountDigits = 12;

    /// <summary>The account in the ARNs of what AWS itself manages.</summary>
    private const string ManagedAccount = "aws";

    /// <summary>Why a text is not the ARN of such a thing in IAM; null when it is. Never repeats the text.</summary>
    /// <param name="type"><c>policy</c> or <c>role</c>.</param>
    /// <param name="managed">AWS's own account will do.</param>
    public static string? Problem(string text, string type, bool managed) =>
        !TryParse(text, out var arn, out var problem) ? problem
        : text.Length is < CharsMin or > CharsMax ? $"arn: must have {CharsMin} to {CharsMax} characters"
        : text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter)) ? "arn: must not hold white space"
        : !arn.Partition.StartsWith("aws", StringComparison.Ordinal) ? "arn: not a partition of AWS"
        : arn.Service != "iam" || arn.Region.Length > 0 ? "arn: not of iam"
        : !IsAccount(arn.Account) && !(managed && arn.Account == ManagedAccount) ? $"arn: the account must be {AccountDigits} digits"
        : !arn.Resource.StartsWith($"{type}/", StringComparison.Ordinal) || arn.Resource.EndsWith('/') ? $"arn: not the ARN of a {type}"
        : null;

    /// <summary>Reads <c>arn:partition:service:region:account:resource</c>; <paramref name="problem"/> is in the words of AWS's Go library.</summary>
    public static bool TryParse(string text, out Arn arn, out string problem)
    {
        arn = default;
        var parts = text.Split(':', 6);
        problem = !text.StartsWith("arn:", StringComparison.Ordinal) ? "arn: invalid prefix"
            : parts.Length < 6 ? "arn: not enough sections"
            : "";
        if (problem.Length > 0)
        {
            return false;
        }

        arn = new Arn(parts[1], parts[2], parts[3], parts[4], parts[5]);
        return true;
    }

    private static bool IsAccount(string text) => text.Length == AccountDigits && text.All(char.IsAsciiDigit);
}
