using Coffer.Audit.Verification;
using Coffer.Cli;
using Coffer.Cli.Demo;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Hooks;

return await CliProgram.RunAsync(args, new CliHooks
{
    RunServer = ServerHook.RunAsync,
    RunDemo = DemoHook.RunAsync,
    VerifyAudit = static async (options, cancellation) =>
    {
        var report = await AuditLogCheck.RunAsync(options.Files, options.PublicKeyPem, options.Device, options.Marks, cancellation);
        return new AuditVerifyAnswer((int)report.Verdict, [.. report.Lines], report.ToJson());
    },
});
