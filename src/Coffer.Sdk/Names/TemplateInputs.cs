using Coffer.Sdk.Primitives;

namespace Coffer.Sdk.Names;

/// <summary>What a name is made from.</summary>
/// <param name="Fields">By name, in the characters that names may have.</param>
/// <param name="Random">Where <c>random</c> and <c>uuid</c> take their bytes from: one that gives the same again (<see cref="DerivedRandom"/>) where a plan may be made twice.</param>
/// <param name="Now">The moment of the request.</param>
public sealed record TemplateInputs(IReadOnlyDictionary<string, string> Fields, IRandom Random, DateTimeOffset Now);
