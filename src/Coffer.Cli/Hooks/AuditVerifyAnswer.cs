using System.Text.Json.Nodes;

namespace Coffer.Cli.Hooks;

/// <summary>What <c>audit verify</c> found.</summary>
/// <param name="ExitCode">0: proven; 1: not read; 2: broken; 3: not proven.</param>
/// <param name="Lines">For people.</param>
/// <param name="Facts">The same for programs.</param>
public sealed record AuditVerifyAnswer(int ExitCode, IReadOnlyList<string> Lines, JsonObject Facts);
