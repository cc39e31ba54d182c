using System.Runtime.InteropServices;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.General;

internal sealed class DemoCommand : Command
{
    // What shells call the end by Ctrl-C.
    private const int Interrupted = 130;

    private readonly SwitchFlag _exit;

    public DemoCommand()
        : base("demo", "Show what this program does, against a local AWS account", "", Arity.None,
            """
            Starts a development server and an AWS account of its own on this
            machine, and shows credentials come to life, work, and expire. Then
            the server stays up for you until Ctrl-C. Nothing leaves the machine.
            """) => _exit = Flag(new SwitchFlag("exit", "End after the last step instead of leaving the server up."));

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Hooks.RunDemo is not { } run)
        {
            throw CliException.Local("This build has no server in it.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await run(_exit.Value, call.Console, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Interrupted;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
