using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;
using Coffer.Text;

namespace Coffer.Cli.Operator;

internal sealed class OperatorGenerateRootCommand : ApiCommand
{
    private const string AttemptPath = "sys/generate-root/attempt";
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private readonly SwitchFlag _init;
    private readonly SwitchFlag _cancel;
    private readonly SwitchFlag _status;
    private readonly SwitchFlag _generateOtp;
    private readonly TextFlag _decode;
    private readonly TextFlag _otp;
    private readonly TextFlag _nonce;
    private readonly TextFlag _pgpKey;

    public OperatorGenerateRootCommand()
        : base("operator generate-root", "Generates a new root token", "[KEY]", Arity.Between(0, 1),
            """
            Makes a root token when enough holders of key shares agree. One
            begins and keeps the one-time password; each gives a share; the one
            with the password decodes the token.

            Besides the shares, each of these steps but -decode needs a token
            with sudo on the path sys/generate-root/*, so log in first.

                $ {0} operator generate-root -init
                $ {0} operator generate-root
                $ {0} operator generate-root -decode=ENCODED -otp=OTP
            """)
    {
        _init = Flag(new SwitchFlag("init", "Begin."));
        _cancel = Flag(new SwitchFlag("cancel", "Forget what has begun."));
        _status = Flag(new SwitchFlag("status", "Show how far it is."));
        _decode = Flag(new TextFlag("decode", "The encoded token to decode, or - to read it from standard input; needs -otp."));
        _generateOtp = Flag(new SwitchFlag("generate-otp", "Print a one-time password for -init -otp."));
        _otp = Flag(new TextFlag("otp", "The one-time password, for -init and -decode."));
        _nonce = Flag(new TextFlag("nonce", "The nonce that -init printed. Without it the server's is taken and shown."));
        _pgpKey = Flag(new TextFlag("pgp-key", "With -init: file of a PGP public key to encrypt the token with, in place of a one-time password."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        PgpKeyFile.RefuseEmpty(_pgpKey);
        if (_generateOtp.Value)
        {
            var status = await ReadAsync(call, cancellation);
            var password = RandomNumberGenerator.GetString(Base62, (int)(status["otp_length"]?.GetValue<long>() ?? 0));
            if (call.Printer.IsTable)
            {
                call.Printer.Line(password);
            }
            else
            {
                call.Printer.Data(new JsonObject { ["otp"] = password, ["otp_length"] = password.Length });
            }

            return 0;
        }

        if (_decode.Value.Length > 0)
        {
            return Decode(call);
        }

        if (_init.Value)
        {
            return await BeginAsync(call, cancellation);
        }

        if (_cancel.Value)
        {
            await call.SendAsync(ApiRequest.Delete(AttemptPath), "Error canceling root token generation", cancellation);
            call.Printer.Line("Success! Root token generation canceled (if it was started)");
            return 0;
        }

        Print(call, _status.Value
            ? await ReadAsync(call, cancellation)
            : await ShareInput.GiveAsync(
                call,
                AttemptPath,
                "sys/generate-root/update",
                _nonce.Value,
                $"No root generation is in progress. Start a root generation by running \"{call.Console.ProgramName} operator generate-root -init\".",
                "Error posting unseal key",
                cancellation));
        return 0;
    }

    private static async Task<JsonObject> ReadAsync(Invocation call, CancellationToken cancellation) =>
        (await call.SendAsync(ApiRequest.Read(AttemptPath), "Error getting root generation status", cancellation)).Json ?? [];

    private async Task<int> BeginAsync(Invocation call, CancellationToken cancellation)
    {
        if (_otp.Value.Length > 0 && _pgpKey.IsSet)
        {
            throw CliException.Local("Error initializing: cannot specify both -otp and -pgp-key");
        }

        var body = new JsonObject { ["otp"] = _otp.Value, ["pgp_key"] = PgpKeyFile.ReadOne(_pgpKey) };
        var reply = await call.SendAsync(ApiRequest.Write(AttemptPath, body), "Error initializing root generation", cancellation);
        var status = reply.Json ?? [];
        if (GoValue.Of(status["otp"] ?? "").Length > 0)
        {
            call.Printer.Note(TextWrap.At("The one-time password below was made for this: anyone who has it can decode the root token, and nobody without it. Keep it until then.") + "\n");
        }

        Print(call, status);
        return 0;
    }

    private int Decode(Invocation call)
    {
        if (_otp.Value.Length == 0)
        {
            throw CliException.Local("Missing one-time password: give the one that -init printed with -otp");
        }

        var encoded = _decode.Value == "-" ? HiddenInput.Ask(call, "Encoded token (will be hidden): ", "encoded token", call.Console.Error).Trim() : _decode.Value;
        byte[] token;
        try
        {
            token = Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            throw CliException.Local("Error decoding root token: it is not base64");
        }

        var password = Encoding.UTF8.GetBytes(_otp.Value);
        if (password.Length != token.Length)
        {
            throw CliException.Local($"Error decoding root token: it has {Counted.Of(token.Length, "byte", "bytes")}, and the one-time password {password.Length}");
        }

        for (var i = 0; i < token.Length; i++)
        {
            token[i] ^= password[i];
        }

        var text = Encoding.UTF8.GetString(token);
        if (call.Printer.IsTable)
        {
            call.Printer.Line(text);
        }
        else
        {
            call.Printer.Data(new JsonObject { ["token"] = text });
        }

        return 0;
    }

    private static void Print(Invocation call, JsonObject status)
    {
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(status);
            return;
        }

        List<IReadOnlyList<string>> rows =
        [
            ["Nonce", Text(status, "nonce")],
            ["Started", Text(status, "started")],
            ["Progress", $"{Text(status, "progress")}/{Text(status, "required")}"],
            ["Complete", Text(status, "complete")],
        ];
        foreach (var (title, name) in (ReadOnlySpan<(string, string)>)[("PGP Fingerprint", "pgp_fingerprint"), ("OTP", "otp"), ("Encoded Token", "encoded_token")])
        {
            if (Text(status, name).Length > 0)
            {
                rows.Add([title, Text(status, name)]);
            }
        }

        if (Text(status, "otp_length") is not ("" or "0"))
        {
            rows.Add(["OTP Length", Text(status, "otp_length")]);
        }

        call.Printer.Line(Table.Columns(rows));
        if (Text(status, "complete") == "true" && Text(status, "pgp_fingerprint").Length > 0)
        {
            call.Printer.Line("\n" + TextWrap.At("The token is encrypted: the owner of the PGP key gets it by decoding this from base64 and decrypting what comes out."));
        }
        else if (Text(status, "complete") == "true")
        {
            call.Printer.Line($"\nNext: {call.Console.ProgramName} operator generate-root -decode={Text(status, "encoded_token")} -otp=OTP");
        }
    }

    private static string Text(JsonObject status, string name) => status[name] is { } value ? GoValue.Of(value) : "";
}
