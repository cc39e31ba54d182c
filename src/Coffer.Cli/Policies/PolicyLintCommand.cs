using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;
using Coffer.Server;

namespace Coffer.Cli.Policies;

internal sealed class PolicyLintCommand : ApiCommand
{
    private readonly SwitchFlag _offline;

    public PolicyLintCommand()
        : base("policy lint", "Finds rules that do not do what they seem to", "PATH", Arity.One,
            """
            Looks for rules of a policy file that cannot match, cannot win, or
            grant what nobody can use. The server knows what is mounted, so it is
            asked; with -offline only the text is judged, and no server is needed.
            The file may be "-" for standard input.

            Exit code 0: nothing found; 2: something was; 1: it is no policy.

                $ {0} policy lint my-policy.hcl
                $ {0} policy lint -offline my-policy.hcl
            """)
    {
        _offline = Flag(new SwitchFlag("offline", "Judge the text only, without a server."));
    }

    public override bool TakesFlagsAnywhere => true;

    public override bool TwoIsAnAnswer => true;

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = call.Arguments[0];
        var text = PolicyFile.Read(call, path);
        var answer = _offline.Value ? Offline(path, text) : await AskAsync(call, text, cancellation);
        var findings = answer.At("findings") as JsonArray ?? [];
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(findings);
        }

        foreach (var finding in findings)
        {
            call.Printer.Note($"{path}:{GoValue.Of(finding.At("line"))}: \"{GoValue.Of(finding.At("path"))}\": {GoValue.Of(finding.At("message"))} [{GoValue.Of(finding.At("code"))}]");
        }

        return findings.Count == 0 ? 0 : 2;
    }

    private static JsonNode? Offline(string path, string text)
    {
        var (json, problem) = PolicyTools.Lint(text);
        return JsonNode.Parse(json ?? throw CliException.Local($"{path}: {problem}"));
    }

    private static async Task<JsonNode?> AskAsync(Invocation call, string text, CancellationToken cancellation) =>
        (await call.SendAsync(ApiRequest.Post("sys/policies/lint", new JsonObject { ["policy"] = text }), "Error checking policy", cancellation)).Data;
}
