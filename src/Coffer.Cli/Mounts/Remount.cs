using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Mounts;

/// <summary>Moves a mount and waits until that is done.</summary>
internal static class Remount
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="call">The command's run.</param>
    /// <param name="what"><c>secrets engine</c> or <c>auth method</c>.</param>
    /// <param name="prefix">What the API wants before the paths: empty or <c>auth/</c>.</param>
    /// <param name="cancellation">Stops the waiting, not the move.</param>
    public static async Task<int> RunAsync(Invocation call, string what, string prefix, CancellationToken cancellation)
    {
        var (from, to) = (Below(prefix, call.Arguments[0]), Below(prefix, call.Arguments[1]));
        var body = new JsonObject { ["from"] = prefix + from, ["to"] = prefix + to };
        var reply = await call.SendAsync(ApiRequest.Post("sys/remount", body), $"Error moving {what} {from} to {to}", cancellation);
        var id = reply.Data.At("migration_id") ?? reply.Json.At("migration_id");
        if (id is null)
        {
            // Servers before 1.10 have moved it by the time they answer.
            call.Printer.Line($"Success! Moved {what} {from} to: {to}");
            return 0;
        }

        var move = $"{what} {from} to {to}, with migration ID {GoValue.Of(id)}";
        call.Printer.Line($"Started moving {move}");
        while (true)
        {
            var status = await call.SendAsync(
                ApiRequest.Read($"sys/remount/status/{GoValue.Of(id)}"), $"Error checking migration status of {what} {from} to {to}", cancellation);
            switch (GoValue.Of(status.Data.At("migration_info").At("status")))
            {
                case "success":
                    call.Printer.Line($"Success! Finished moving {move}");
                    return 0;
                case "failure":
                    throw CliException.Remote($"Failure! Error encountered moving {move}");
                case "in-progress":
                    break;
                default:
                    throw CliException.Remote($"Error checking migration status of {what} {from} to {to}: the server's answer says nothing of it");
            }

            call.Printer.Line($"Waiting for terminal status in migration of {move}");
            await Task.Delay(Pause, call.Console.Clock, cancellation);
        }
    }

    // Vault's own command wants "auth/x" of its users, so both spellings are taken; a method at "auth/" itself is "auth/auth/".
    private static string Below(string prefix, string typed)
    {
        var path = Paths.AsMount(typed);
        return prefix.Length > 0 && path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : path;
    }
}
