using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Server;

namespace Coffer.Cli.Policies;

internal sealed class PolicyTestCommand : Command
{
    private readonly TextFlag _operation;
    private readonly TextFlag _path;
    private readonly TextListFlag _parameters;
    private readonly TextListFlag _mounts;
    private readonly DurationFlag _wrapTtl;
    private readonly TextFlag _format;

    public PolicyTestCommand()
        : base("policy test", "Asks a policy file what it allows", "FILE", Arity.One,
            """
            Says whether a policy in a file allows a request, and which rule decides,
            by the rules the server goes by. Needs no server. Rules with templates
            drop out, as for a token without an entity.

            How a parameter is read depends on what is mounted at the path: a duration
            may be 1h or 3600. Where a rule turns on that, -mount must say what is
            mounted there.

            Exit code 0: allowed; 2: denied; 1: the question could not be answered.

                $ {0} policy test my-policy.hcl -op read -path secret/data/app
                $ {0} policy test my-policy.hcl -op update -path secret/data/app -param ttl=1h \
                    -mount secret=kv-v2
            """)
    {
        _operation = Flag(new TextFlag("op", "What would be done: read, list, create, update, write, patch or delete.", "read"));
        _path = Flag(new TextFlag("path", "What would be asked for, as the API has it."));
        _parameters = Flag(new TextListFlag("param", "A parameter that would be sent, as K=V. May be given many times."));
        _mounts = Flag(new TextListFlag("mount", "What is mounted where, as PATH=TYPE, such as aws=aws or auth/userpass=userpass. May be given many times."));
        _wrapTtl = Flag(new DurationFlag("wrap-ttl", "How long the reply would be wrapped."));
        _format = Flag(new TextFlag("format", "How to print: table, json or yaml.", "table"));
    }

    public override bool TakesFlagsAnywhere => true;

    public override bool TwoIsAnAnswer => true;

    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (_path.Value.Length == 0)
        {
            throw CliException.Local("-path is missing: what would be asked for, such as -path secret/data/app");
        }

        if (!Printer.IsFormat(_format.Value) || _format.Value == "raw")
        {
            throw CliException.Local($"Invalid output format: {_format.Value}");
        }

        var file = call.Arguments[0];
        var text = PolicyFile.Read(call, file);
        TimeSpan? wrap = _wrapTtl.Value > TimeSpan.Zero ? _wrapTtl.Value : null;
        var (json, problem) = PolicyTools.Test(text, Path.GetFileNameWithoutExtension(file), _operation.Value, _path.Value, Parameters(call).ToJsonString(), wrap, _mounts.Values);
        var decision = JsonNode.Parse(json ?? throw CliException.Local($"{file}: {problem}"))!.AsObject();
        ExplanationText.Print(new Printer(call.Console, _format.Value, colours: false), decision);
        return Task.FromResult((bool?)decision["allowed"] == true ? 0 : 2);
    }

    private JsonObject Parameters(Invocation call)
    {
        try
        {
            return new KeyValueArguments(call.Console, standardInputAllowed: false).Parse(_parameters.Values);
        }
        catch (FormatException error)
        {
            throw CliException.Local($"-param: {error.Message}");
        }
    }
}
