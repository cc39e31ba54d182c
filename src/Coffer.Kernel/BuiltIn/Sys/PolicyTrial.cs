using System.Text.Json;
using Coffer.Kernel.Requests;
using Coffer.Policies;
using Coffer.Policies.Explain;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Judges a request by a policy's text, without a server. Rules with templates are left out, since there are no values for them.</summary>
public static class PolicyTrial
{
    /// <summary>The decision, or null and why the question cannot be answered.</summary>
    /// <param name="name">What the policy is called in the answer.</param>
    /// <param name="operation">A word of <see cref="OperationWords"/>.</param>
    /// <param name="parameters">The parameters of the request, an object.</param>
    /// <param name="wrapTtl">How long the reply would be wrapped; null when it would not.</param>
    /// <param name="now">The time of the decision.</param>
    /// <param name="mounts">What is mounted where, with the engines that every server has. Paths end in a slash.</param>
    public static (Explanation? Decision, string Problem) Run(
        string text, string name, string operation, string path, JsonElement parameters, TimeSpan? wrapTtl, DateTimeOffset now,
        IReadOnlyList<(string Mount, PathTable Paths)> mounts)
    {
        ArgumentNullException.ThrowIfNull(path);
        // A name that no policy can have, or that has no text, is only a name here.
        var policyName = PolicyName.TryParse(name, out var given) && given != PolicyName.Root ? given : PolicyName.Parse("policy");
        if (!AclPolicy.TryParse(policyName, text, out var policy, out var error))
        {
            return (null, error.Message);
        }

        if (!OperationWords.TryParse(operation, out var wanted))
        {
            return (null, $"the operation must be {OperationWords.Known}");
        }

        if (!CanonicalPath.TryParse(path.TrimStart('/'), out var canonical, out var problem))
        {
            return (null, problem);
        }

        var (question, isKnown) = Ask(canonical, wanted, mounts);
        var asked = question with { Data = parameters, WrapTtl = wrapTtl };
        var acl = Acl.Compile([policy], PolicyTemplateValues.None);
        var decision = acl.Decide(asked);
        return !isKnown && decision.TurnsOnSpelling(parameters)
            ? (null, "cannot tell: the rule that decides compares parameters, and what is mounted at the path says how they are read, such as that 1h and 3600 are one duration; name it with -mount PATH=TYPE, such as -mount aws=aws")
            : (Explanation.Of(decision, acl, asked, OperationWords.Of(wanted), now), "");
    }

    /// <summary>The question to the policies about a path. Where a mount serves the path, its row says what else the question needs.</summary>
    /// <returns>The question, and whether it is known how the path reads its parameters.</returns>
    private static (AclRequest Asked, bool IsKnown) Ask(CanonicalPath path, AclOperation operation, IReadOnlyList<(string Mount, PathTable Paths)> mounts)
    {
        var listing = operation == AclOperation.List;
        var full = listing ? path.AsFolder.Text : path.Text;
        var (mount, paths) = mounts.Where(table => full.StartsWith(table.Mount, StringComparison.Ordinal)).OrderByDescending(table => table.Mount.Length).FirstOrDefault();
        return paths is not null && paths.TryMatch(path.Text[Math.Min(mount.Length, path.Text.Length)..], listing, out var match)
            ? (AclRequest.Of(mount + match.Canonical, mount, match, operation), true)
            : (new AclRequest(full, operation), paths is not null);
    }
}
