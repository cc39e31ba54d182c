namespace Coffer.Cli.Demo;

/// <summary>The demo saw something else than it set out to show.</summary>
internal sealed class DemoFault(string message) : Exception(message);
