namespace Coffer.Sdk.Names;

/// <summary>A function that templates may call.</summary>
/// <param name="Name">As it is written in templates.</param>
/// <param name="ArgumentsMin">Fewest arguments, what is piped in included.</param>
/// <param name="ArgumentsMax">Most arguments.</param>
/// <param name="Run">Strings, longs and bools in and out.</param>
internal sealed record TemplateFunction(string Name, int ArgumentsMin, int ArgumentsMax, Func<TemplateInputs, object[], object> Run);
