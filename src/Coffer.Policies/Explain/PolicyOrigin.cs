namespace Coffer.Policies.Explain;

/// <summary>Why an entity has a policy.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="From"><c>entity</c>, or <c>group</c> and the group's name.</param>
public sealed record PolicyOrigin(string Policy, string From);
