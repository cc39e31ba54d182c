using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Leases;

/// <summary>Follows a revocation of many leases until it has ended.</summary>
internal static class RevocationProgress
{
    /// <summary>How long the server may take before it is asked how far it is, and between two such questions.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Prints how far it is whenever that has changed; a job that does not end well ends the command.</summary>
    /// <returns>The job as it ended.</returns>
    public static async Task<JsonObject> FollowAsync(Invocation call, string job, string failure, CancellationToken cancellation)
    {
        var shown = "";
        while (true)
        {
            var state = (await call.SendAsync(ApiRequest.Read($"sys/leases/jobs/{job}"), $"{failure}: job {job} goes on, but cannot be looked at", cancellation)).Data ?? [];
            var text = $"{GoValue.Of(state["revoked"])} revoked, {GoValue.Of(state["failed"])} failed";
            if (text != shown)
            {
                call.Printer.Warn($"Job {job}: {text}");
                shown = text;
            }

            switch (GoValue.Of(state["state"]))
            {
                case "running":
                    await Task.Delay(Pause, call.Console.Clock, cancellation);
                    break;
                case "done":
                    return state;
                case "cancelled":
                    throw CliException.Remote($"{failure}: job {job} was cancelled");
                default:
                    throw CliException.Remote(FailureText(call, state, failure));
            }
        }
    }

    private static string FailureText(Invocation call, JsonObject state, string failure) =>
        $"{failure}: {GoValue.Of(state["first_error"])}\n\n"
        + TextWrap.At($"What is left is tried again by itself. \"{call.Console.ProgramName} lease attention\" says what it needs.");
}
