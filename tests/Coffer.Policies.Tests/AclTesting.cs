using System.Text.Json;

namespace Coffer.Policies.Tests;

internal static class AclTesting
{
    public static AclPolicy Policy(string text, string name = "p") => AclPolicy.Parse(PolicyName.Parse(name), text);

    public static Acl Acl(params string[] texts) =>
        Coffer.Policies.Acl.Compile(texts.Select((text, i) => Policy(text, $"p{i + 1}")), PolicyTemplateValues.None);

    public static AclDecision Decide(
        this Acl acl, AclOperation operation, string path, string? json = null, int? wrapSeconds = null, bool isRootProtected = false) =>
        acl.Decide(new AclRequest(
            path,
            operation,
            json is null ? null : JsonElement.Parse(json),
            wrapSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            isRootProtected));
}
