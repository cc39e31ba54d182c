using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorInitCommand : ApiCommand
{
    private const int SharesDefault = 5;
    private const int ThresholdDefault = 3;
    private readonly SwitchFlag _status;
    private readonly NumberFlag _shares;
    private readonly NumberFlag _threshold;
    private readonly TextFlag _pgpKeys;
    private readonly TextFlag _rootPgpKey;
    private readonly NumberFlag _recoveryShares;
    private readonly NumberFlag _recoveryThreshold;

    public OperatorInitCommand()
        : base("operator init", "Initializes a server", "", Arity.None,
            """
            Makes the keys of a new server and prints, once, the key shares and
            the first root token. With a seal that opens by itself the shares
            are recovery keys.

                $ {0} operator init -key-shares=5 -key-threshold=3
            """)
    {
        _status = Flag(new SwitchFlag("status", "Say whether the server is initialised: exit code 0 if so, 2 if not, 1 on error."));
        _shares = Flag(new NumberFlag("key-shares", "Into how many shares the root key is split. The default is 5.") { Aliases = ["n"] });
        _threshold = Flag(new NumberFlag("key-threshold", "How many shares open it. The default is 3.") { Aliases = ["t"] });
        _pgpKeys = Flag(new TextFlag("pgp-keys", "Comma-separated files of PGP public keys, one a share, to encrypt the shares with."));
        _rootPgpKey = Flag(new TextFlag("root-token-pgp-key", "File of a PGP public key to encrypt the root token with."));
        _recoveryShares = Flag(new NumberFlag("recovery-shares", "Number of recovery key shares, for seals that open by themselves.", SharesDefault));
        _recoveryThreshold = Flag(new NumberFlag("recovery-threshold", "How many recovery shares are needed.", ThresholdDefault));
    }

    public override bool TwoIsAnAnswer => _status.Value;

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        PgpKeyFile.RefuseEmpty(_pgpKeys, isList: true);
        PgpKeyFile.RefuseEmpty(_rootPgpKey);
        if (_status.Value)
        {
            return await StatusAsync(call, cancellation);
        }

        var body = await BodyAsync(call, cancellation);
        var reply = await call.SendAsync(ApiRequest.Write("sys/init", body), "Error initializing", cancellation);
        var keys = reply.Json ?? throw CliException.Remote("Error initializing: the server's answer is no JSON object");
        if (call.Printer.IsTable)
        {
            Print(call, body, keys, await HasOpenedItselfAsync(call, cancellation));
        }
        else
        {
            call.Printer.Data(ForMachines(body, keys));
        }

        return 0;
    }

    private static async Task<int> StatusAsync(Invocation call, CancellationToken cancellation)
    {
        var reply = await call.SendAsync(ApiRequest.Read("sys/init"), "Error checking init status", cancellation);
        var initialized = GoValue.Of(reply.Json.At("initialized")) == "true";
        if (call.Printer.IsTable)
        {
            call.Printer.Line(initialized ? "Vault is initialized" : "Vault is not initialized");
        }
        else
        {
            call.Printer.Data(new JsonObject { ["initialized"] = initialized });
        }

        return initialized ? 0 : 2;
    }

    private async Task<JsonObject> BodyAsync(Invocation call, CancellationToken cancellation)
    {
        JsonObject seal;
        try
        {
            seal = (await call.TrySendAsync(ApiRequest.Read("sys/seal-status"), cancellation, preflight: true)).Json ?? [];
        }
        catch (ApiException error)
        {
            throw call.Refusal(error, ApiRequest.Read("sys/seal-status"), "Error checking seal status");
        }
        catch (TransportException error)
        {
            throw call.Unreachable(error, "Error checking seal status");
        }

        var recovery = GoValue.Of(seal["recovery_seal"]) == "true";
        return new JsonObject
        {
            ["secret_shares"] = _shares.Value == 0 && !recovery ? SharesDefault : _shares.Value,
            ["secret_threshold"] = _threshold.Value == 0 && !recovery ? ThresholdDefault : _threshold.Value,
            ["pgp_keys"] = PgpKeyFile.ReadAll(_pgpKeys),
            ["root_token_pgp_key"] = PgpKeyFile.ReadOne(_rootPgpKey),
            ["recovery_shares"] = recovery ? _recoveryShares.Value : 0,
            ["recovery_threshold"] = recovery ? _recoveryThreshold.Value : 0,
        };
    }

    /// <summary>Whether nobody has to unseal it. The keys are shown in any case, so without an answer it is taken to be sealed.</summary>
    private static async Task<bool> HasOpenedItselfAsync(Invocation call, CancellationToken cancellation)
    {
        try
        {
            return GoValue.Of((await call.TrySendAsync(ApiRequest.Read("sys/seal-status"), cancellation, preflight: true)).Json.At("sealed")) == "false";
        }
        catch (Exception error) when (error is ApiException or TransportException)
        {
            return false;
        }
    }

    private static JsonObject ForMachines(JsonObject body, JsonObject keys)
    {
        var hasShares = keys["keys"] is JsonArray { Count: > 0 };
        return new JsonObject
        {
            ["unseal_keys_b64"] = keys["keys_base64"]?.DeepClone() ?? new JsonArray(),
            ["unseal_keys_hex"] = keys["keys"]?.DeepClone() ?? new JsonArray(),
            ["unseal_shares"] = hasShares ? body["secret_shares"]?.DeepClone() : 1,
            ["unseal_threshold"] = hasShares ? body["secret_threshold"]?.DeepClone() : 1,
            ["recovery_keys_b64"] = keys["recovery_keys_base64"]?.DeepClone() ?? new JsonArray(),
            ["recovery_keys_hex"] = keys["recovery_keys"]?.DeepClone() ?? new JsonArray(),
            ["recovery_keys_shares"] = body["recovery_shares"]?.DeepClone(),
            ["recovery_keys_threshold"] = body["recovery_threshold"]?.DeepClone(),
            ["root_token"] = keys["root_token"]?.DeepClone(),
        };
    }

    private static void Print(Invocation call, JsonObject body, JsonObject keys, bool isOpen)
    {
        var printer = call.Printer;
        var shares = PrintKeys(printer, "Unseal Key", keys, "keys");
        var recovery = PrintKeys(printer, "Recovery Key", keys, "recovery_keys");
        printer.Line("");
        printer.Line($"Initial Root Token: {GoValue.Of(keys["root_token"])}");
        printer.Line("");
        PrintHolders(printer, body);
        if (shares > 0)
        {
            var threshold = GoValue.Of(body["secret_threshold"]);
            var next = isOpen
                ? $"The server has unsealed itself, with the key of its configuration, and will do so at each start. Without that key, {threshold} of them unseal it."
                : $"After each seal, restart or stop, {threshold} of them are needed to unseal.";
            var loss = isOpen ? $"without that key, and with fewer than {threshold} shares left" : $"with fewer than {threshold} shares left";
            printer.Line(TextWrap.At($"Vault initialized with {GoValue.Of(body["secret_shares"])} key shares and a key threshold of {threshold}. "
                + $"Hand the key shares above to different people. {next}"));
            printer.Line("");
            printer.Line(TextWrap.At($"The root key is stored nowhere in the clear: {loss}, the data is lost for good."));
            printer.Line("");
            printer.Line($"Next: {call.Console.ProgramName} {(isOpen ? "login" : "operator unseal")}");
        }
        else
        {
            printer.Line("Success! Vault is initialized");
        }

        if (recovery > 0)
        {
            printer.Line("");
            printer.Line(TextWrap.At($"Recovery key initialized with {GoValue.Of(body["recovery_shares"])} key shares and a key threshold of "
                + $"{GoValue.Of(body["recovery_threshold"])}. Hand the key shares above to different people."));
        }
    }

    private static void PrintHolders(Printer printer, JsonObject body)
    {
        if (body["pgp_keys"] is JsonArray { Count: > 0 })
        {
            printer.Line(TextWrap.At("The key shares are encrypted, each for the owner of its PGP key: decoded from base64 and decrypted it unseals."));
            printer.Line("");
        }

        if (GoValue.Of(body["root_token_pgp_key"] ?? "").Length > 0)
        {
            printer.Line("The root token is encrypted for the owner of its PGP key.");
            printer.Line("");
        }
    }

    private static int PrintKeys(Printer printer, string title, JsonObject reply, string name)
    {
        var hex = reply[name] as JsonArray ?? [];
        var shown = reply[name + "_base64"] is JsonArray base64 && base64.Count == hex.Count ? base64 : hex;
        for (var i = 0; i < shown.Count; i++)
        {
            printer.Line($"{title} {i + 1}: {GoValue.Of(shown[i])}");
        }

        return shown.Count;
    }
}
