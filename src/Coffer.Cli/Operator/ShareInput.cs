using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Operator;

/// <summary>One holder's part in an operation that several must agree to: a key share, with the nonce of the operation.</summary>
internal static class ShareInput
{
    /// <summary>Sends a share to an operation that is under way.</summary>
    /// <param name="call">The share is its argument; without one, or for <c>-</c>, it is asked for.</param>
    /// <param name="status">Path that tells the operation's nonce.</param>
    /// <param name="update">Path that takes the share.</param>
    /// <param name="nonce">As the holder knows it; empty to take the server's word, which is shown before the share is asked for.</param>
    /// <param name="idle">What to say when nothing is under way.</param>
    /// <param name="failure">Before what the server refuses.</param>
    /// <param name="cancellation">Ends the wait for the server.</param>
    public static async Task<JsonObject> GiveAsync(
        Invocation call, string status, string update, string nonce, string idle, string failure, CancellationToken cancellation)
    {
        if (nonce.Length == 0)
        {
            var state = (await call.SendAsync(ApiRequest.Read(status), failure, cancellation)).Json ?? [];
            nonce = GoValue.Of(state["nonce"] ?? "");
            if (GoValue.Of(state["started"]) != "true")
            {
                throw CliException.Local(idle);
            }
        }

        if (call.Arguments.Count == 0)
        {
            call.Printer.Note($"Operation nonce: {nonce}");
        }

        var body = new JsonObject { ["key"] = Read(call, "Unseal Key (will be hidden): "), ["nonce"] = nonce };
        return (await call.SendAsync(ApiRequest.Write(update, body), failure, cancellation)).Json ?? [];
    }

    /// <summary>The share that is the argument; without one, or for <c>-</c>, the first line of standard input, which on a terminal is asked for.</summary>
    public static string Read(Invocation call, string prompt)
    {
        var given = call.Arguments.Count > 0 ? call.Arguments[0].Trim() : "";
        return given is "" or "-" ? HiddenInput.Ask(call, prompt, "unseal key", call.Console.Out).Trim() : given;
    }
}
