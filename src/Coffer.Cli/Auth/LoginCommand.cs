using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Auth;

internal sealed class LoginCommand : ApiCommand
{
    private const int WrappingsMax = 8;
    private readonly TextFlag _method;
    private readonly TextFlag _path;
    private readonly SwitchFlag _noStore;
    private readonly SwitchFlag _noPrint;
    private readonly SwitchFlag _tokenOnly;

    public LoginCommand()
        : base("login", "Authenticate locally", "[AUTH K=V...]", Arity.AtLeast(0),
            """
            Logs in and keeps the token for later commands, in ~/.vault-token.

                $ {0} login hvs.CAES...
                $ {0} login -method=userpass username=sally
                $ {0} login -method=userpass -path=staff username=sally

            "{0} auth help TYPE" tells what a method takes. A Coffer server has the
            methods token and userpass; the others are for other servers.
            """, Shows.Field)
    {
        _method = Flag(new TextFlag("method", "Type of the auth method.", "token"));
        _path = Flag(new TextFlag("path", "Where the method is enabled; by default at its type's name."));
        _noStore = Flag(new SwitchFlag("no-store", "Do not keep the token."));
        _noPrint = Flag(new SwitchFlag("no-print", "Do not print the token."));
        _tokenOnly = Flag(new SwitchFlag("token-only", "Print the token alone and do not keep it."));
    }

    // A token that is to be kept is unwrapped first.
    public override bool TakesWrapped => Stores || _tokenOnly.Value;

    private bool Stores => !_noStore.Value && !_tokenOnly.Value;

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (_noStore.Value && _noPrint.Value)
        {
            throw CliException.Local("-no-store and -no-print cannot be used together");
        }

        var method = LoginMethod.Of(Paths.Sanitize(_method.Value) is { Length: > 0 } type ? type : "token", call.Console.ProgramName);
        // An old token has no part in getting a new one; whatever keeps it may be broken, which only a new token repairs.
        call.UseToken("");
        var envelope = await AuthenticateAsync(call, method, cancellation);
        if (envelope["auth"].At("mfa_requirement") is JsonObject)
        {
            call.Printer.Warn(TextWrap.At("A login request was issued that is subject to MFA validation. Please make sure to validate the "
                + "login by sending another request to sys/mfa/validate endpoint.") + "\n");
            call.Printer.Secret(envelope);
            return 0;
        }

        envelope = await UnwrapAsync(call, envelope, cancellation);
        if (envelope["auth"] is not JsonObject)
        {
            return PrintWrapped(call, envelope);
        }

        if (!await KeepAsync(call, method, envelope, cancellation))
        {
            return 2;
        }

        await PrintAsync(call, method, envelope, cancellation);
        return 0;
    }

    private async Task<JsonObject> AuthenticateAsync(Invocation call, LoginMethod method, CancellationToken cancellation)
    {
        if (method.Type == "token")
        {
            return await TokenLogin.RunAsync(call, cancellation);
        }

        var fields = call.DataFrom(0, "Error parsing configuration");
        var mount = fields["mount"] is { } given ? GoValue.Of(given) : _path.Value.Length > 0 ? _path.Value : method.Type;
        fields.Remove("mount");
        var path = $"auth/{Paths.Sanitize(mount)}/login";
        if (method.TakesPassword)
        {
            var user = fields["username"] is { } name ? GoValue.Of(name) : throw CliException.Remote("Error authenticating: 'username' must be specified");
            fields.Remove("username");
            fields["password"] ??= HiddenPassword(call);
            path += "/" + user;
        }
        else if (method.Type == "github" && fields["token"] is null)
        {
            fields["token"] = HiddenInput.Ask(call, "GitHub Personal Access Token (will be hidden): ", "token", call.Console.Error).Trim();
        }

        return (await call.SendAsync(ApiRequest.Write(path, fields), "Error authenticating", cancellation)).Json
            ?? throw CliException.Remote("Error authenticating: empty response from credential provider");
    }

    private static string HiddenPassword(Invocation call) =>
        HiddenInput.Ask(call, "Password (will be hidden): ", "password", call.Console.Error);

    private async Task<JsonObject> UnwrapAsync(Invocation call, JsonObject envelope, CancellationToken cancellation)
    {
        for (var layers = 0; Stores && envelope["auth"] is not JsonObject && envelope["wrap_info"] is JsonObject wrap && layers < WrappingsMax; layers++)
        {
            var request = ApiRequest.Write("sys/wrapping/unwrap") with { Token = GoValue.Of(wrap["token"]), WrapTtl = "" };
            envelope = (await call.SendAsync(request, "Error extracting token", cancellation)).Json ?? [];
        }

        return envelope;
    }

    private static int PrintWrapped(Invocation call, JsonObject envelope)
    {
        if (envelope["wrap_info"] is not JsonObject)
        {
            throw CliException.Remote("Error extracting token: no auth or wrapping info in response");
        }

        call.Printer.SecretField(envelope, "wrapping_token");
        return 0;
    }

    /// <summary>Keeps the token where that was asked for. False: it could not be kept, which has been said, and with it what became of the token.</summary>
    private async Task<bool> KeepAsync(Invocation call, LoginMethod method, JsonObject envelope, CancellationToken cancellation)
    {
        var token = GoValue.Of(envelope["auth"].At("client_token"));
        if (!Stores)
        {
            if (!_tokenOnly.Value)
            {
                call.Printer.Warn(TextWrap.At("The token was not stored in token helper. Set the VAULT_TOKEN environment variable or pass the "
                    + "token below with each request to Vault.") + "\n");
            }

            return true;
        }

        try
        {
            call.TokenHelper.Store(token);
        }
        catch (CliException error)
        {
            call.Printer.Error(error.Message);
            await LostAsync(call, method, envelope, cancellation);
            return false;
        }

        if (call.Environment.NameOf("TOKEN") is { } variable)
        {
            call.Printer.Warn(TextWrap.At($"WARNING! The {variable} environment variable is set! The value of this variable will take "
                + $"precedence; if this is unwanted please unset {variable} or update its value accordingly.") + "\n");
        }

        return true;
    }

    /// <summary>A token that nobody has would live on until its end: it is shown or, where that was not wanted, revoked.</summary>
    private async Task LostAsync(Invocation call, LoginMethod method, JsonObject envelope, CancellationToken cancellation)
    {
        if (!_noPrint.Value)
        {
            call.Printer.Error(TextWrap.At("Authentication was successful, but the token was not persisted. The resulting token is shown below for your records.") + "\n");
            call.Printer.Secret(envelope);
        }
        else if (method.Type != "token")
        {
            await NewToken.RevokeAsync(call, envelope, cancellation);
        }
    }

    private async Task PrintAsync(Invocation call, LoginMethod method, JsonObject envelope, CancellationToken cancellation)
    {
        try
        {
            Print(call, envelope);
        }
        catch (IOException) when (!Stores && method.Type != "token")
        {
            await NewToken.RevokeAsync(call, envelope, cancellation);
            throw;
        }
    }

    private void Print(Invocation call, JsonObject envelope)
    {
        if (_noPrint.Value)
        {
            return;
        }

        var field = _tokenOnly.Value ? "token" : call.Field;
        if (field.Length > 0)
        {
            call.Printer.SecretField(envelope, field);
            return;
        }

        if (Stores)
        {
            call.Printer.Note(TextWrap.At("Success! You are now authenticated. The token information displayed below is already stored in the "
                + $"token helper. You do NOT need to run \"{call.Console.ProgramName} login\" again. Future Vault requests will automatically use this token.") + "\n");
        }

        call.Printer.Secret(envelope);
    }
}
