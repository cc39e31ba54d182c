using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorRekeyCommand : ApiCommand
{
    private readonly SwitchFlag _init;
    private readonly SwitchFlag _cancel;
    private readonly SwitchFlag _status;
    private readonly SwitchFlag _verify;
    private readonly NumberFlag _shares;
    private readonly NumberFlag _threshold;
    private readonly TextFlag _nonce;
    private readonly TextFlag _target;
    private readonly TextFlag _pgpKeys;
    private readonly SwitchFlag _backup;
    private readonly SwitchFlag _backupRetrieve;
    private readonly SwitchFlag _backupDelete;

    public OperatorRekeyCommand()
        : base("operator rekey", "Generates new unseal keys", "[KEY]", Arity.Between(0, 1),
            """
            Puts new key shares in the place of the old ones, when enough holders
            of the old ones agree. With -verify the old ones stay in force until
            enough of the new were shown, so that no share can be lost on its
            way to its holder.

                $ {0} operator rekey -init -key-shares=5 -key-threshold=3 -verify
                $ {0} operator rekey
                $ {0} operator rekey -verify
            """)
    {
        _init = Flag(new SwitchFlag("init", "Begin; with -key-shares and -key-threshold of the new keys."));
        _cancel = Flag(new SwitchFlag("cancel", "Forget what has begun, and keep the old shares; with -verify, begin the verification again."));
        _status = Flag(new SwitchFlag("status", "Show how far it is; with -verify, how far the verification is."));
        _verify = Flag(new SwitchFlag("verify", "With -init: ask for verification. Else: give a new share to verify."));
        _shares = Flag(new NumberFlag("key-shares", "Into how many shares the new key is split.", 5) { Aliases = ["n"] });
        _threshold = Flag(new NumberFlag("key-threshold", "How many new shares open it.", 3) { Aliases = ["t"] });
        _nonce = Flag(new TextFlag("nonce", "The nonce that -init printed. Without it the server's is taken and shown."));
        _target = Flag(new TextFlag("target", "barrier, or recovery, which Coffer does not have.", "barrier"));
        _pgpKeys = Flag(new TextFlag("pgp-keys", "With -init: comma-separated files of PGP public keys, one a share, to encrypt the new shares with."));
        _backup = Flag(new SwitchFlag("backup", "With -init and -pgp-keys: let the server keep the encrypted new shares until -backup-delete."));
        _backupRetrieve = Flag(new SwitchFlag("backup-retrieve", "Show the backup of the new shares."));
        _backupDelete = Flag(new SwitchFlag("backup-delete", "Delete the backup of the new shares."));
    }

    private string Root => _target.Value switch
    {
        "barrier" => "sys/rekey",
        "recovery" or "hsm" => "sys/rekey-recovery-key",
        var other => throw CliException.Local($"Unknown target: {other}. There are barrier and recovery"),
    };

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        PgpKeyFile.RefuseEmpty(_pgpKeys, isList: true);
        if (_backupRetrieve.Value)
        {
            var backup = await call.SendAsync(ApiRequest.Read("sys/rekey/backup"), "Error retrieving rekey stored keys", cancellation);
            call.Printer.Secret(backup.Json ?? []);
            return 0;
        }

        if (_backupDelete.Value)
        {
            await call.SendAsync(ApiRequest.Delete("sys/rekey/backup"), "Error deleting rekey stored keys", cancellation);
            call.Printer.Line("Success! Deleted rekey stored keys (if they existed)");
            return 0;
        }

        if (_init.Value)
        {
            return await BeginAsync(call, cancellation);
        }

        if (_cancel.Value)
        {
            await call.SendAsync(ApiRequest.Delete(_verify.Value ? $"{Root}/verify" : $"{Root}/init"), "Error canceling rekey", cancellation);
            call.Printer.Line(_verify.Value ? "Success! Verification begins again (if it was started)" : "Success! Canceled rekeying (if it was started)");
            return 0;
        }

        if (_status.Value)
        {
            var status = await call.SendAsync(ApiRequest.Read(_verify.Value ? $"{Root}/verify" : $"{Root}/init"), "Error reading rekey status", cancellation);
            Print(call, status.Json ?? []);
            return 0;
        }

        return await GiveAsync(call, cancellation);
    }

    private async Task<int> BeginAsync(Invocation call, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["secret_shares"] = _shares.Value,
            ["secret_threshold"] = _threshold.Value,
            ["backup"] = _backup.Value,
            ["require_verification"] = _verify.Value,
        };
        if (PgpKeyFile.ReadAll(_pgpKeys) is { } keys)
        {
            body["pgp_keys"] = keys;
        }

        var reply = await call.SendAsync(ApiRequest.Write($"{Root}/init", body), "Error initializing rekey", cancellation);
        if (!_verify.Value)
        {
            call.Printer.Warn(TextWrap.At(
                "WARNING! Without -verify the old shares end the moment the new ones are made: should the answer be lost on its way, only a server that is still unsealed lets you make others.") + "\n");
        }

        Print(call, reply.Json ?? []);
        return 0;
    }

    private async Task<int> GiveAsync(Invocation call, CancellationToken cancellation)
    {
        var idle = $"No {(_verify.Value ? "rekey verification" : "rekey")} is in progress. Start a rekey process by running \"{call.Console.ProgramName} operator rekey -init\".";
        var answer = _verify.Value
            ? await ShareInput.GiveAsync(call, $"{Root}/verify", $"{Root}/verify", _nonce.Value, idle, "Error posting verification key", cancellation)
            : await ShareInput.GiveAsync(call, $"{Root}/init", $"{Root}/update", _nonce.Value, idle, "Error posting unseal key", cancellation);
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(answer);
        }
        else if (Text(answer, "complete") != "true")
        {
            Print(call, answer);
        }
        else if (_verify.Value)
        {
            call.Printer.Line("Success! Rekey verified: the new key shares are in force, and the old ones open nothing any more.");
        }
        else
        {
            PrintShares(call, answer);
        }

        return 0;
    }

    private static void PrintShares(Invocation call, JsonObject answer)
    {
        var printer = call.Printer;
        var shares = answer["keys_base64"] as JsonArray ?? [];
        var fingerprints = answer["pgp_fingerprints"] as JsonArray ?? [];
        for (var i = 0; i < shares.Count; i++)
        {
            var holder = fingerprints.Count == shares.Count ? $" fingerprint: {GoValue.Of(fingerprints[i])}; value" : "";
            printer.Line($"Key {i + 1}{holder}: {GoValue.Of(shares[i])}");
        }

        printer.Line("");
        printer.Line($"Operation nonce: {Text(answer, "nonce")}");
        printer.Line("");
        if (Text(answer, "verification_required") == "true")
        {
            printer.Line($"Verification nonce: {Text(answer, "verification_nonce")}");
            printer.Line("");
            printer.Line(TextWrap.At(
                $"{(shares.Count == 1 ? "There is 1 new key share" : $"There are {shares.Count} new key shares")}, shown above and never again. Hand them to different people. They are not in force yet: the old ones are, until enough of the new were given with:"));
            printer.Line("");
            printer.Line($"    $ {call.Console.ProgramName} operator rekey -verify");
            return;
        }

        if (Text(answer, "backup") == "true")
        {
            printer.Line(TextWrap.At($"The server keeps the encrypted shares as well, until \"{call.Console.ProgramName} operator rekey -backup-delete\"."));
            printer.Line("");
        }

        printer.Line(TextWrap.At(
            $"Vault rekeyed with {shares.Count} key shares, shown above and never again. Hand them to different people; the old ones open nothing any more."));
    }

    private static void Print(Invocation call, JsonObject status)
    {
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(status);
            return;
        }

        var verifying = status["required"] is null;
        var required = verifying ? Text(status, "t") : Text(status, "required");
        List<IReadOnlyList<string>> rows =
        [
            ["Nonce", Text(status, "nonce")],
            ["Started", Text(status, "started")],
        ];
        if (Text(status, "started") == "true")
        {
            rows.Add([verifying ? "Verification Progress" : "Rekey Progress", $"{Text(status, "progress")}/{required}"]);
            rows.Add(["New Shares", Text(status, "n")]);
            rows.Add(["New Threshold", Text(status, "t")]);
        }

        if (!verifying)
        {
            rows.Add(["Verification Required", Text(status, "verification_required")]);
        }

        if (status["pgp_fingerprints"] is JsonArray { Count: > 0 } fingerprints)
        {
            rows.Add(["PGP Fingerprints", GoValue.Of(fingerprints)]);
            rows.Add(["Backup", Text(status, "backup")]);
        }

        if (Text(status, "verification_nonce").Length > 0)
        {
            rows.Add(["Verification Nonce", Text(status, "verification_nonce")]);
        }

        call.Printer.Rows(rows);
    }

    private static string Text(JsonObject status, string name) => status[name] is { } value ? GoValue.Of(value) : "";
}
