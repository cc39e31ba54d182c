using System.Text;
using Coffer.Aws.Policies;
using Coffer.Hcl;
using Coffer.Kernel.Requests;
using Coffer.Policies;
using Coffer.Text;

namespace Coffer.Fuzz.Targets;

/// <summary>Readers of text: configuration, policies, paths, durations.</summary>
internal static class TextTargets
{
    private const string Policy = """
        path "secret/data/+/app*" {
          capabilities = ["create", "read", "update", "list", "sudo"]
          allowed_parameters = { "name" = ["a*", 1], "*" = [] }
          min_wrapping_ttl = "90s"
        }
        """;

    private static readonly string[] HclWords =
        ["\"", "{", "}", "[", "]", "=", ",", "<<EOT\n", "EOT\n", "${", "}", "\\u0041", "/*", "*/", "#", "//", "0x", "1e9", "true", "path", "\r\n", "\0", "\uFEFF"];

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("hcl", ["storage \"file\" { path = \"/x\" }\nlistener \"tcp\" { address = \"a\"\n port = 1.5e3 }", """{"a": [{"b": null}, true, -1.5]}""", Policy], HclWords, Hcl),
        new("policy", [Policy, """{"path": {"a/{{identity.entity.name}}": {"policy": "write"}}}"""], [.. HclWords, "capabilities", "deny", "+", "*", "{{", "}}"], AclText),
        new("aws-policy", ["""{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":["s3:Get*"],"Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}}]}"""], ["\"", "{", "[", "]", "}", "Deny", "NotAction", "NotResource", "*", "?", "${*}"], AwsPolicy),
        new("path", ["secret/data/app", "sys/policies/acl/a%20b", "auth/token/create/"], ["/", "//", "..", ".", "%2e", "%2F", "%00", "%c3%a9", "%ff", "\\", "\u200b"], Path),
        new("duration", ["1h30m", "90s", "1.5h", "-5m", "7d", "3600"], ["h", "m", "s", "ms", "us", "ns", "d", ".", "-", "+", "9223372036854775807", "1e9"], Duration),
    ];

    private static void Hcl(byte[] input)
    {
        try
        {
            var tree = HclText.Parse(input);
            var written = HclWriter.Write(tree);
            var again = HclText.Parse(written);
            BrokenPromiseException.Unless(HclWriter.Write(again) == written, "what is written reads back as the same tree");
        }
        catch (HclException)
        {
            // Refused, with line and column.
        }
        catch (ArgumentException)
        {
            // JSON's null has no HCL form, which the writer says.
        }
    }

    private static void AclText(byte[] input)
    {
        if (!AclPolicy.TryParse(PolicyName.Parse("fuzz"), Encoding.UTF8.GetString(input), out _, out var error))
        {
            BrokenPromiseException.Unless(error.Message.Length > 0, "a refusal says why");
        }
    }

    private static void AwsPolicy(byte[] input)
    {
        try
        {
            PolicyDocument.Parse(Encoding.UTF8.GetString(input), PolicyUse.Identity);
        }
        catch (Aws.Policies.PolicyFormatException)
        {
            // Refused.
        }
    }

    private static void Path(byte[] input)
    {
        if (!CanonicalPath.TryParse(Encoding.Latin1.GetString(input), out var path, out var problem))
        {
            BrokenPromiseException.Unless(problem.Length > 0, "a refusal says why");
            return;
        }

        var segments = path.Text.TrimEnd('/').Split('/');
        BrokenPromiseException.Unless(!segments.Any(segment => segment is "." or ".." or "") || path.Text.Length == 0, "no segment is empty or leads elsewhere");
        BrokenPromiseException.Unless(!path.Text.Any(character => char.IsControl(character) || character == '\\'), "every character can be seen");
        var escaped = string.Join('/', path.Text.Split('/').Select(Uri.EscapeDataString));
        BrokenPromiseException.Unless(CanonicalPath.TryParse(escaped, out var again, out _) && again == path, "a path escaped and read again is the same path");
    }

    private static void Duration(byte[] input)
    {
        if (GoDuration.TryParse(Encoding.UTF8.GetString(input), out var duration))
        {
            var text = GoDuration.Format(duration);
            BrokenPromiseException.Unless(GoDuration.TryParse(text, out var again) && GoDuration.Format(again) == text, "a duration written and read again is the same");
        }
    }
}
