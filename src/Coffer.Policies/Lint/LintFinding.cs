
namespace Coffer.Policies.Lint;

/// <summary>Something in a policy that its author most likely did not mean.</summary>
/// <param name="Code">A stable word for it, such as <c>hidden-rule</c>.</param>
/// <param name="Line">The line of the rule's path, from 1.</param>
/// <param name="Path">The rule's path as written.</param>
/// <param name="Message">What is wrong and what to do about it.</param>
public sealed record LintFinding(string Code, int Line, string Path, string Message)
{
    /// <summary>The rule can have no effect for any caller. Every write reports such a finding; lesser ones are reported on request.</summary>
    public bool IsCertain { get; init; }

    /// <summary>In one line, with its place.</summary>
    public override string ToString() => $"line {Line}, path \"{Path}\": {Message} [{Code}]";
}
