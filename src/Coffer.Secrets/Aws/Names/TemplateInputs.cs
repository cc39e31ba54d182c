using Coffer.Sdk.Primitives;

namespace Coffer.Secrets.Aws.Names;

/// <summary>What a name is made from.</summary>
/// <param name="Type"><c>IAM</c> for users and role sessions, <c>STS</c> for federation.</param>
/// <param name="DisplayName">The caller's display name, in the characters that names may have.</param>
/// <param name="PolicyName">The role's name, in the same characters.</param>
/// <param name="Random">Where <c>random</c> and <c>uuid</c> take their bytes from.</param>
/// <param name="Now">The moment of the request.</param>
public sealed record TemplateInputs(string Type, string DisplayName, string PolicyName, IRandom Random, DateTimeOffset Now);
