using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Coffer.Testing;

/// <summary>An event that was logged.</summary>
/// <param name="Logger">The name of the logger.</param>
/// <param name="Text">The message with the values that it names.</param>
/// <param name="Fields">All values by the names of the logging method's parameters.</param>
/// <param name="Error">The failure that the event is about, if it is about one.</param>
public sealed record LoggedEvent(LogLevel Level, string Logger, string Text, ImmutableDictionary<string, string> Fields, Exception? Error);
