using System.Text;
using System.Text.Json;
using Coffer.Kernel.BuiltIn.Sys;
using Coffer.Policies;
using Coffer.Policies.Lint;

namespace Coffer.Server;

/// <summary>What can be asked about a policy's text without a server. Answers are JSON, in the shape of the API's.</summary>
public static class PolicyTools
{
    /// <summary>What the policy says to a request.</summary>
    /// <param name="parametersJson">The parameters of the request, an object.</param>
    /// <returns>As <c>sys/policies/explain</c> answers; or null and why the question cannot be answered.</returns>
    public static (string? Json, string Problem) Test(
        string text, string name, string operation, string path, string parametersJson, TimeSpan? wrapTtl)
    {
        using var parameters = JsonDocument.Parse(parametersJson);
        var (decision, problem) = PolicyTrial.Run(text, name, operation, path, parameters.RootElement, wrapTtl, TimeProvider.System.GetUtcNow());
        return (decision is null ? null : Encoding.UTF8.GetString(decision.ToJson(_ => true).Utf8.Span), problem);
    }

    /// <summary>What is doubtful in the policy, as far as its text shows it.</summary>
    /// <returns>As <c>sys/policies/lint</c> answers; or null and what is wrong with the text.</returns>
    public static (string? Json, string Problem) Lint(string text) => AclPolicy.TryParse(PolicyName.Default, text, out var policy, out var error)
        ? (Encoding.UTF8.GetString(PolicyLinter.ToJson(PolicyLinter.Lint(policy)).Utf8.Span), "")
        : (null, error.Message);
}
