using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Auth;

/// <summary>A token that a login just made and that cannot be handed over.</summary>
internal static class NewToken
{
    /// <summary>Revokes it, and says what became of it.</summary>
    /// <param name="call">The login.</param>
    /// <param name="envelope">Its answer.</param>
    /// <param name="cancellation">Ends the wait for the server.</param>
    public static async Task RevokeAsync(Invocation call, JsonObject envelope, CancellationToken cancellation)
    {
        var auth = envelope["auth"];
        var request = ApiRequest.Write("auth/token/revoke-self") with { Token = GoValue.Of(auth.At("client_token")), WrapTtl = "" };
        try
        {
            await call.TrySendAsync(request, cancellation);
            call.Printer.Error("The new token was revoked, since nobody would have it.");
        }
        catch (Exception error) when (error is ApiException or TransportException)
        {
            call.Printer.Error(TextWrap.At($"The new token lives on, and could not be revoked either. Revoke it by its accessor: \"{call.Console.ProgramName} token revoke -accessor {GoValue.Of(auth.At("accessor") ?? "")}\".")
                + $"\n{error.Message}");
        }
    }
}
