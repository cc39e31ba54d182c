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
    /// <param name="text">The policy.</param>
    /// <param name="name">What it is called in the answer.</param>
    /// <param name="operation">What would be done.</param>
    /// <param name="path">What would be asked for.</param>
    /// <param name="parametersJson">The parameters of the request, an object.</param>
    /// <param name="wrapTtl">How long the reply would be wrapped; null when it would not.</param>
    /// <param name="mounts">What is mounted where, each as <c>PATH=TYPE</c>.</param>
    /// <returns>As <c>sys/policies/explain</c> answers; or null and why the question cannot be answered.</returns>
    public static (string? Json, string Problem) Test(
        string text, string name, string operation, string path, string parametersJson, TimeSpan? wrapTtl, IReadOnlyList<string> mounts)
    {
        if (!AssumedMounts.TryRead(mounts, out var tables, out var wrong))
        {
            return (null, wrong);
        }

        using var parameters = JsonDocument.Parse(parametersJson);
        var (decision, problem) = PolicyTrial.Run(text, name, operation, path, parameters.RootElement, wrapTtl, TimeProvider.System.GetUtcNow(), tables);
        return (decision is null ? null : Encoding.UTF8.GetString(decision.ToJson(_ => true).Utf8.Span), problem);
    }

    /// <summary>What is doubtful in the policy, as far as its text shows it.</summary>
    /// <returns>As <c>sys/policies/lint</c> answers; or null and what is wrong with the text.</returns>
    public static (string? Json, string Problem) Lint(string text) => AclPolicy.TryParse(PolicyName.Default, text, out var policy, out var error)
        ? (Encoding.UTF8.GetString(PolicyLinter.ToJson(PolicyLinter.Lint(policy)).Utf8.Span), "")
        : (null, error.Message);
}
