using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Sys;

/// <summary><c>sys/rekey</c>: new key shares by agreement of the holders of the old ones. Needs a token with sudo as well.</summary>
internal static class SysRekey
{
    private static readonly Field<long> SecretShares = Field.Count("secret_shares", "Key shares to make.");
    private static readonly Field<long> SecretThreshold = Field.Count("secret_threshold", "Shares needed to unseal.");
    private static readonly Field<bool> RequireVerification = Field.Boolean("require_verification", "Whether the new shares must be shown before they replace the old.");
    private static readonly Field<ImmutableArray<string>> PgpKeys = Field.TextList("pgp_keys", "Not supported.");
    private static readonly Field<bool> Backup = Field.Boolean("backup", "Not supported, as it needs PGP keys.");
    private static readonly Field<string> Key = Field.Text("key", "A key share, in hex or base64.");
    private static readonly Field<string> Nonce = Field.Text("nonce", "The nonce of the operation.");

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("rekey/init", "Shows, begins or ends the making of new key shares.")
        {
            Fields = [SecretShares, SecretThreshold, RequireVerification, PgpKeys, Backup],
            Read = CeremonyStep.Held((kernel, ct) => kernel.Services.Rekeying.StatusAsync(ct), Show),
            Write = StartAsync,
            Delete = CeremonyStep.Held((kernel, ct) => kernel.Services.Rekeying.CancelAsync(ct)),
            Sudo = true,
        },
        new("rekey/update", "Takes an old key share; enough of them make the new ones.")
        {
            Fields = [Key, Nonce],
            Write = CeremonyStep.Held(
                (kernel, ct) => kernel.Services.Rekeying.GiveAsync(kernel.Get(Key), kernel.Get(Nonce), ct), status => status.Complete ? ShowShares(status) : Show(status)),
            Sudo = true,
        },
        new("rekey/verify", "Takes a new key share; enough of them put the new ones in force.")
        {
            Fields = [Key, Nonce],
            Read = CeremonyStep.Held((kernel, ct) => kernel.Services.Rekeying.VerificationAsync(ct), Show),
            Write = CeremonyStep.Held((kernel, ct) => kernel.Services.Rekeying.VerifyAsync(kernel.Get(Key), kernel.Get(Nonce), ct), Show),
            Delete = CeremonyStep.Held((kernel, ct) => kernel.Services.Rekeying.RestartVerificationAsync(ct), Show),
            Sudo = true,
        },
        new("rekey/backup", "The backup of new shares that were encrypted to PGP keys: never there.") { Read = NoBackup, Delete = NothingToDelete, Sudo = true },
        .. ((string[])["init", "update", "verify"]).Select(part => new EnginePath($"rekey-recovery-key/{part}", "Recovery keys belong to seals that Coffer does not have.")
        {
            Read = NoRecoveryKeys,
            Write = NoRecoveryKeys,
            Delete = NoRecoveryKeys,
            Sudo = true,
        }),
    ];

    private static Handler Start { get; } = CeremonyStep.Held(
        (kernel, ct) => kernel.Services.Rekeying.StartAsync(kernel.Get(SecretShares), kernel.Get(SecretThreshold), kernel.Get(RequireVerification), ct), Show);

    private static ValueTask<Reply> StartAsync(EngineRequest request, CancellationToken cancellation)
    {
        var keys = request.Get(PgpKeys);
        if (request.Get(Backup) && keys.Length == 0)
        {
            return ValueTask.FromResult(Reply.Invalid("cannot request a backup of the new keys without providing PGP keys for encryption"));
        }

        if (keys.Length > 0)
        {
            return ValueTask.FromResult(Reply.Invalid(
                keys.Length != request.Get(SecretShares) ? "incorrect number of PGP keys for rekey" : SysGenerateRoot.PgpProblem(keys[0]) ?? "a PGP key is empty"));
        }

        return Start(request, cancellation);
    }

    private static ValueTask<Reply> NoBackup(EngineRequest request, CancellationToken cancellation) => ValueTask.FromResult(Reply.Invalid("no backed-up keys found"));

    private static ValueTask<Reply> NothingToDelete(EngineRequest request, CancellationToken cancellation) => ValueTask.FromResult(Reply.Done);

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
        json.WriteNull("pgp_fingerprints");
        json.WriteBoolean("backup", false);
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
