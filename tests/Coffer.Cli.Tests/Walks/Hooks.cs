using System.Text.Json.Nodes;

namespace Coffer.Cli.Tests.Walks;

/// <summary>A command line without the rest of the product; every audit log is whole.</summary>
internal static class Hooks
{
    public static CliHooks None { get; } = new() { VerifyAudit = static (_, _) => Task.FromResult(new AuditVerifyAnswer(0, ["whole"], new JsonObject { ["verdict"] = "proven" })) };
}
