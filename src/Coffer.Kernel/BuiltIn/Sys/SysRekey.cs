using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/rekey</c>: new key shares by agreement of the holders of the old ones. Needs a token with sudo as well.</summary>
internal sealed class SysRekey(Rekeying rekeying)
{
    private static readonly Field<long> SecretShares = Field.Integer("secret_shares", "Key shares to make.");
    private static readonly Field<long> SecretThreshold = Field.Integer("secret_threshold", "Shares needed to unseal.");
    private static readonly Field<bool> RequireVerification = Field.Boolean("require_verification", "Whether the new shares must be shown before they replace the old.");
    private static readonly Field<ImmutableArray<string>> PgpKeys = Field.TextList("pgp_keys", "OpenPGP public keys in base64, one a share, that the new shares are encrypted to.");
    private static readonly Field<bool> Backup = Field.Boolean("backup", "Whether the encrypted shares are kept until they are deleted. Needs pgp_keys.");
    private static readonly Field<string> Key = Field.Text("key", "A key share, in hex or base64.");
    private static readonly Field<string> Nonce = Field.Text("nonce", "The nonce of the operation.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("rekey/init", "Shows, begins or ends the making of new key shares.")
        {
            Fields = [SecretShares, SecretThreshold, RequireVerification, PgpKeys, Backup],
            Read = KeyShareOperation.Of((kernel, ct) => rekeying.StatusAsync(ct), Show),
            Write = StartAsync,
            Delete = KeyShareOperation.Of((kernel, ct) => rekeying.CancelAsync(ct)),
            Sudo = true,
        },
        new("rekey/update", "Takes an old key share; enough of them make the new ones.")
        {
            Fields = [Key, Nonce],
            Write = KeyShareOperation.Of(
                (kernel, ct) => rekeying.GiveAsync(kernel.Get(Key), kernel.Get(Nonce), ct), status => status.Complete ? ShowShares(status) : Show(status)),
            Sudo = true,
        },
        new("rekey/verify", "Takes a new key share; enough of them put the new ones in force.")
        {
            Fields = [Key, Nonce],
            Read = KeyShareOperation.Of((kernel, ct) => rekeying.VerificationAsync(ct), Show),
            Write = KeyShareOperation.Of((kernel, ct) => rekeying.VerifyAsync(kernel.Get(Key), kernel.Get(Nonce), ct), Show),
            Delete = KeyShareOperation.Of((kernel, ct) => rekeying.RestartVerificationAsync(ct), Show),
            Sudo = true,
        },
        new("rekey/backup", "Shows or deletes the backup of new shares that were encrypted to PGP keys.") { Read = BackupAsync, Delete = DeleteBackup, Sudo = true },
        .. ((string[])["init", "update", "verify"]).Select(part => new EnginePath($"rekey-recovery-key/{part}", "Recovery keys belong to seals that Coffer does not have.")
        {
            Read = NoRecoveryKeys,
            Write = NoRecoveryKeys,
            Delete = NoRecoveryKeys,
            Sudo = true,
        }),
    ];

    private ValueTask<Reply> StartAsync(EngineRequest request, CancellationToken cancellation)
    {
        var keys = request.Get(PgpKeys);
        if (request.Get(Backup) && keys.Length == 0)
        {
            return ValueTask.FromResult(Reply.Invalid("cannot request a backup of the new keys without providing PGP keys for encryption"));
        }

        if (keys.Length > 0 && keys.Length != request.Get(SecretShares))
        {
            return ValueTask.FromResult(Reply.Invalid("incorrect number of PGP keys for rekey"));
        }

        if (PgpRecipient.ParseAll(request.Data, keys, request.Now, out var problem) is not { } holders)
        {
            return ValueTask.FromResult(Reply.Invalid($"error parsing PGP key: {problem}"));
        }

        return KeyShareOperation.Of(
            (kernel, ct) => rekeying.StartAsync(
                kernel.Get(SecretShares), kernel.Get(SecretThreshold), kernel.Get(RequireVerification), holders, kernel.Get(Backup), ct),
            Show)(request, cancellation);
    }

    private static async ValueTask<Reply> BackupAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (await RekeyBackup.ReadAsync(request.Work, cancellation) is not { } backup)
        {
            return Reply.Invalid("no backed-up keys found");
        }

        return KernelReply.TopLevel(json =>
        {
            json.WriteString("nonce", backup.Nonce);
            WriteBackup(json, "keys", backup, hex => hex);
            WriteBackup(json, "keys_base64", backup, hex => Convert.ToBase64String(Convert.FromHexString(hex)));
        });
    }

    private static void WriteBackup(Utf8JsonWriter json, string name, RekeyBackup backup, Func<string, string> form)
    {
        json.WriteStartObject(name);
        foreach (var (fingerprint, messages) in backup.Keys)
        {
            json.WriteTexts(fingerprint, [.. messages.Select(form)]);
        }

        json.WriteEndObject();
    }

    private static ValueTask<Reply> DeleteBackup(EngineRequest request, CancellationToken cancellation)
    {
        RekeyBackup.Delete(KernelRequest.Of(request).Work);
        return ValueTask.FromResult(Reply.Done);
    }

    private static ValueTask<Reply> NoRecoveryKeys(EngineRequest request, CancellationToken cancellation) =>
        ValueTask.FromResult(Reply.Invalid("recovery rekeying not supported"));

    private static Reply Show(RekeyStatus status) => Reply.With(json =>
    {
        json.WriteString("nonce", status.Nonce);
        json.WriteBoolean("started", status.Started);
        json.WriteNumber("t", status.Threshold);
        json.WriteNumber("n", status.Shares);
        json.WriteNumber("progress", status.Progress);
        json.WriteNumber("required", status.Required);
        WriteEnd(json, status);
    });

    private static Reply ShowShares(RekeyStatus status) => Reply.With(json =>
    {
        json.WriteString("nonce", status.Nonce);
        json.WriteBoolean("complete", true);
        KeyShareJson.Write(json, status.NewShares);
        WriteEnd(json, status);
    });

    private static void WriteEnd(Utf8JsonWriter json, RekeyStatus status)
    {
        json.WriteTextsOrNull("pgp_fingerprints", status.PgpFingerprints);
        json.WriteBoolean("backup", status.Backup);
        json.WriteBoolean("verification_required", status.VerificationRequired);
        if (status.VerificationNonce.Length > 0)
        {
            json.WriteString("verification_nonce", status.VerificationNonce);
        }
    }

    private static Reply Show(RekeyVerification verification) => Reply.With(json =>
    {
        json.WriteString("nonce", verification.Nonce);
        if (verification.Complete)
        {
            json.WriteBoolean("complete", true);
            return;
        }

        json.WriteBoolean("started", true);
        json.WriteNumber("t", verification.Threshold);
        json.WriteNumber("n", verification.Shares);
        json.WriteNumber("progress", verification.Progress);
    });
}
