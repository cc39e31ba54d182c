namespace Coffer.Secrets.Aws.Roles;

/// <summary>An Amazon Resource Name in its parts.</summary>
internal readonly record struct Arn(string Partition, string Service, string Region, string Account, string Resource)
{
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
}
