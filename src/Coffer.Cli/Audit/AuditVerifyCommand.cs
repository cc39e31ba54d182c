using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Hooks;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Audit;

internal sealed class AuditVerifyCommand : ApiCommand
{
    private readonly TextFlag _ask;
    private readonly TextFlag _publicKey;
    private readonly TextFlag _device;
    private readonly TextFlag _end;

    public AuditVerifyCommand()
        : base("audit verify", "Checks that an audit log is whole", "FILE...", Arity.AtLeast(1),
            """
            Checks the hash chain of an audit log: that no entry was changed, left
            out or added. Rotated files are given oldest first.

            A chain alone shows accidents. To show forgery, the server has to be
            asked where its chain ends, or the public key and the end that it gave
            earlier have to be given:

                $ {0} audit verify -ask=file /var/log/coffer/audit.log

                $ {0} audit verify -public-key=audit.pem -end=SEQ:HASH audit.log

            Exit code 0: every entry is as the server wrote it. 3: nothing speaks
            against the log, and what is printed was not checked. 2: it is not what
            the server wrote. 1: it could not be looked at.
            """)
    {
        _ask = Flag(new TextFlag("ask", "Path of the audit device whose log it is: the server tells its key and the end of its chain."));
        _publicKey = Flag(new TextFlag("public-key", "PEM file of the key that checkpoints are signed with, from sys/audit-key."));
        _device = Flag(new TextFlag("device", "UUID of the audit device that checkpoints must name, from sys/audit-chain."));
        _end = Flag(new TextFlag("end", "A line that the log must hold, as SEQ:HASH, from sys/audit-chain."));
    }

    public override bool TakesFlagsAnywhere => true;

    public override bool TwoIsAnAnswer => true;

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Hooks.VerifyAudit is not { } verify)
        {
            throw CliException.Local("This build cannot verify audit logs.");
        }

        if (call.Arguments.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw CliException.Local(Directory.Exists(missing)
                ? $"Error opening audit log: {missing} is a folder; give the files of one audit device in it, oldest first, such as {missing.TrimEnd('/')}/audit.log.1 {missing.TrimEnd('/')}/audit.log"
                : $"Error opening audit log: {missing} does not exist");
        }

        var options = new AuditVerifyOptions(call.Arguments, PublicKey(), _device.Value, _end.Value.Length > 0 ? [_end.Value] : []);
        var answer = await verify(_ask.Value.Length > 0 ? await AskAsync(call, options, cancellation) : options, cancellation);
        if (call.Printer.IsTable)
        {
            foreach (var line in answer.Lines)
            {
                call.Printer.Line(line);
            }
        }
        else
        {
            call.Printer.Data(answer.Facts);
        }

        return answer.ExitCode;
    }

    private string? PublicKey()
    {
        try
        {
            return _publicKey.Value.Length > 0 ? File.ReadAllText(_publicKey.Value) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Local($"Error reading the public key: {error.Message}");
        }
    }

    /// <summary>What is given on the command line goes before what the server says, and its ends are added.</summary>
    private async Task<AuditVerifyOptions> AskAsync(Invocation call, AuditVerifyOptions given, CancellationToken cancellation)
    {
        var path = Paths.Sanitize(_ask.Value);
        var reply = await call.SendAsync(ApiRequest.Read($"sys/audit-chain/{path}"), "Error asking the server for its chain", cancellation);
        var data = reply.Data ?? throw new CliException("Error asking the server for its chain: the answer holds no data", 1);
        var marks = given.Marks.ToList();
        foreach (var name in (string[])["last_checkpoint", "last_line"])
        {
            if (data[name] is { } mark)
            {
                marks.Add(GoValue.Of(mark));
            }
        }

        return marks.Count > given.Marks.Count
            ? given with
            {
                PublicKeyPem = given.PublicKeyPem ?? GoValue.Of(data["public_key"]),
                Device = given.Device.Length > 0 ? given.Device : GoValue.Of(data["device"]),
                Marks = marks,
            }
            : throw new CliException($"Error asking the server for its chain: the audit device at {path}/ has written nothing that the server knows of", 1);
    }
}
