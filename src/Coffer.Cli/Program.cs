using Coffer.Cli;
using Coffer.Cli.Demo;
using Coffer.Server;

return await CliProgram.RunAsync(args, new CliHooks
{
    RunServer = ServerHook.RunAsync,
    RunDemo = DemoHook.RunAsync,
    VerifyAudit = static (options, output, cancellation) =>
        AuditLogCheck.RunAsync(options.Files, options.PublicKeyPem, options.Device, options.Marks, output, cancellation),
    FormatPolicy = PolicyLayout.Format,
    TestPolicy = PolicyTools.Test,
    ReadClientConfiguration = ClientConfiguration.Read,
    LintPolicy = PolicyTools.Lint,
});
