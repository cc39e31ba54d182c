using Coffer.Cli;
using Coffer.Cli.Demo;
using Coffer.Server;

return await CliProgram.RunAsync(args, new CliHooks
{
    RunServer = ServerHook.RunAsync,
    RunDemo = DemoHook.RunAsync,
    VerifyAudit = AuditLogCheck.RunAsync,
    FormatPolicy = PolicyLayout.Format,
    TestPolicy = PolicyTools.Test,
    LintPolicy = PolicyTools.Lint,
});
