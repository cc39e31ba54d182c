using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Leases;

internal sealed class LeaseRevokeCommand : ApiCommand
{
    private readonly SwitchFlag _force;
    private readonly SwitchFlag _prefix;
    private readonly SwitchFlag _sync;

    public LeaseRevokeCommand()
        : base("lease revoke", "Revokes leases and secrets", "ID", Arity.One,
            """
            Takes a secret away before its lease ends; with -prefix all below a
            path.

                $ {0} lease revoke aws/creds/my-role/2f6a614c...
                $ {0} lease revoke -prefix aws/creds/my-role
            """)
    {
        _force = Flag(new SwitchFlag("force", "Forget the leases even if the secrets cannot be taken away. Needs -prefix.") { Aliases = ["f"] });
        _prefix = Flag(new SwitchFlag("prefix", "ID is a path: revoke every lease below it."));
        _sync = Flag(new SwitchFlag("sync", "Wait until it is done."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (_force.Value && !_prefix.Value)
        {
            throw CliException.Local("Specifying -force requires also specifying -prefix");
        }

        var lease = call.Path(0);
        if (lease.Length == 0)
        {
            throw CliException.Local("Missing ID!");
        }

        if (_force.Value)
        {
            call.Printer.Warn(TextWrap.At(
                "Warning! Force-removing leases can cause Vault to become out of sync with secret engines!"));
        }

        var kind = _force.Value ? "-force" : _prefix.Value ? "-prefix" : "";
        var body = _force.Value ? [] : new JsonObject { ["sync"] = _sync.Value };
        var follows = _force.Value || (_prefix.Value && _sync.Value);
        if (follows)
        {
            // A server that knows no jobs passes this over, and answers when it is done.
            body.Add("wait", (long)RevocationProgress.Pause.TotalSeconds);
        }

        var failure = _force.Value ? $"Error force revoking leases with prefix {lease}"
            : _prefix.Value ? $"Error revoking leases with prefix {lease}"
            : $"Error revoking lease {lease}";
        var reply = await call.SendAsync(ApiRequest.Write($"sys/leases/revoke{kind}/{lease}", body), failure, cancellation);
        var ended = reply.Data;
        if (reply.Status == 202 && GoValue.Of(reply.Data.At("job_id") ?? "") is { Length: > 0 } job)
        {
            if (follows)
            {
                ended = await RevocationProgress.FollowAsync(call, job, failure, cancellation);
            }
            else
            {
                call.Printer.Warn($"To see how far it is: {call.Console.ProgramName} lease jobs {job}");
            }
        }

        call.Printer.Line(_force.Value ? $"Success! Force revoked any leases with prefix: {lease}{CountOf(ended)}"
            : !_sync.Value ? "All revocation operations queued successfully!"
            : _prefix.Value ? $"Success! Revoked any leases with prefix: {lease}{CountOf(ended)}"
            : $"Success! Revoked lease: {lease}");
        return 0;
    }

    /// <summary>How many leases the server has revoked; empty where it does not say.</summary>
    private static string CountOf(JsonObject? ended) => ended?["revoked"] is not { } revoked ? ""
        : GoValue.Of(revoked) is "0" ? " (none were found)"
        : $" ({GoValue.Of(revoked)} revoked)";
}
