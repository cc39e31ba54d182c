using System.Text.Json.Nodes;
using Coffer.Cli.Hooks;

namespace Coffer.Cli.Tests.Walks;

/// <summary>A command line that starts no server; every audit log is whole.</summary>
internal static class TestHooks
{
    public static CliHooks None { get; } = new() { VerifyAudit = static (_, _) => Task.FromResult(new AuditVerifyAnswer(0, ["whole"], new JsonObject { ["verdict"] = "proven" })) };
}
