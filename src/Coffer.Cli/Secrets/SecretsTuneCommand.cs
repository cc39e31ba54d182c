using Coffer.Cli.Commands;
using Coffer.Cli.Mounts;
using Coffer.Client;

namespace Coffer.Cli.Secrets;

internal sealed class SecretsTuneCommand : ApiCommand
{
    private readonly MountFlags _flags;

    public SecretsTuneCommand()
        : base("secrets tune", "Tune a secrets engine configuration", "PATH", Arity.One,
            """
            Changes the settings of a mount; what is not given stays.

                $ {0} secrets tune -default-lease-ttl=72h aws/
            """)
    {
        _flags = new MountFlags(Flags, isAuth: false);
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = Paths.AsMount(call.Arguments[0]);
        var request = ApiRequest.Post($"sys/mounts/{path}/tune", _flags.TuneBody());
        var reply = await call.SendAsync(request, $"Error tuning secrets engine {path}", cancellation);
        call.Printer.Line($"Success! Tuned the secrets engine at: {path}");
        return 0;
    }
}
