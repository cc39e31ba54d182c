using System.Text;

using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Seal;

/// <summary>How far the making of a root token has come.</summary>
public sealed record RootGenerationStatus
{
    public string Nonce { get; init; } = "";

    public bool Started { get; init; }

    public int Progress { get; init; }

    public int Required { get; init; }

    public bool Complete { get; init; }

    /// <summary>The token under its one-time password: base64 without padding of both, XORed. With a PGP key: base64 of the OpenPGP message.</summary>
    public string EncodedToken { get; init; } = "";

    /// <summary>Of the key that the token is encrypted to; empty: there is a one-time password.</summary>
    public string PgpFingerprint { get; init; } = "";

    /// <summary>Shown once, where it begins, and only if the server made it.</summary>
    public string OneTimePassword { get; init; } = "";

    public int OneTimePasswordLength { get; init; }
}

/// <summary>
/// Makes a root token when enough holders of key shares agree: the way back in when every other one is lost. Held in memory alone, so that sealing ends it.
/// </summary>
public sealed class RootGeneration(KeySlots slots, TokenStore tokens, Transactor transactions, IRandom random, TimeProvider clock, ILogger log) : IDisposable
{
    private readonly AsyncLock _turn = new();
    private ShareRound? _round;
    private SecretBytes? _password;
    private PgpRecipient? _holder;

    /// <summary>How far it has come.</summary>
    /// <exception cref="KeyShareException">The store has no key shares.</exception>
    public ValueTask<RootGenerationStatus> StatusAsync(CancellationToken cancellation) => _turn.RunAsync(
        async () => await StatusOfAsync(cancellation) with { OneTimePasswordLength = RootToken.ShortCharacters }, cancellation);

    /// <summary>Begins.</summary>
    /// <param name="password">The caller's own one-time password; empty to have one made.</param>
    /// <param name="holder">Who the token is encrypted for, in the place of a password; null for a password.</param>
    /// <exception cref="KeyShareException">It has begun already, or the password is of the wrong length.</exception>
    public ValueTask<RootGenerationStatus> StartAsync(string password, PgpRecipient? holder, CancellationToken cancellation) => _turn.RunAsync(
        async () =>
        {
            if (password.Length > 0 && Encoding.UTF8.GetByteCount(password) != RootToken.ShortCharacters)
            {
                throw new KeyShareException("OTP string is wrong length");
            }

            if (_round is not null)
            {
                throw new KeyShareException("root generation already in progress");
            }

            var slot = await slots.ShamirAsync(cancellation) ?? throw NoShares();
            var made = password.Length > 0 || holder is not null ? "" : random.Base62(RootToken.ShortCharacters);
            _round = new ShareRound(ShareWords.RootGeneration, slot, random);
            _holder = holder;
            _password = holder is null ? SecretBytes.CopyOf(Encoding.UTF8.GetBytes(made.Length > 0 ? made : password)) : null;
            return await StatusOfAsync(cancellation) with { OneTimePassword = made, OneTimePasswordLength = RootToken.ShortCharacters };
        },
        cancellation);

    /// <summary>Takes a share; the last one needed makes the token.</summary>
    /// <exception cref="KeyShareException">Nothing has begun, or the share is not taken.</exception>
    public ValueTask<RootGenerationStatus> GiveAsync(string key, string nonce, CancellationToken cancellation) => _turn.RunAsync(
        async () =>
        {
            if (_round is not { } round)
            {
                throw new KeyShareException("no root generation in progress");
            }

            switch (round.Give(key, nonce))
            {
                case ShareAnswer.Refused refused:
                    throw new KeyShareException(refused.Reason);
                case ShareAnswer.Wrong:
                    throw new KeyShareException(
                        "root generation aborted: unable to authenticate: unable to retrieve stored keys: failed to encrypt keys for storage: cipher: message authentication failed");
                case ShareAnswer.Agreed:
                    SealLog.RootToken(log);
                    var done = await StatusOfAsync(cancellation) with { Progress = round.Required, Complete = true, EncodedToken = Encode(await MakeTokenAsync()) };
                    End();
                    return done;
                default:
                    return await StatusOfAsync(cancellation);
            }
        },
        cancellation);

    /// <summary>Forgets what has begun. Fine at any time.</summary>
    public async ValueTask CancelAsync(CancellationToken cancellation) => await _turn.RunAsync(
        () =>
        {
            End();
            return ValueTask.FromResult(true);
        },
        cancellation);

    public void Dispose()
    {
        End();
        _turn.Dispose();
    }

    internal static KeyShareException NoShares() =>
        new("the store has no key shares whose holders could agree; make some with `coffer operator slot add -type=shamir`");

    private async ValueTask<RootGenerationStatus> StatusOfAsync(CancellationToken cancellation) => new()
    {
        Nonce = _round?.Nonce ?? "",
        Started = _round is not null,
        Progress = _round?.Progress ?? 0,
        PgpFingerprint = _holder?.Fingerprint ?? "",
        Required = _round?.Required ?? (await slots.ShamirAsync(cancellation))?.Threshold ?? throw NoShares(),
    };

    private async ValueTask<string> MakeTokenAsync()
    {
        var (record, text) = RootToken.NewShort(tokens, clock, random);
        await transactions.RunAsync(
            work =>
            {
                TokenStore.Add(work, record);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);
        return text;
    }

    private string Encode(string token)
    {
        var bytes = Encoding.UTF8.GetBytes(token);
        if (_holder is not null)
        {
            return Convert.ToBase64String(_holder.Encrypt(bytes, random));
        }

        var key = _password!.Expose();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= key[i];
        }

        return Convert.ToBase64String(bytes).TrimEnd('=');
    }

    private void End()
    {
        _round?.Dispose();
        _round = null;
        _password?.Dispose();
        _password = null;
        _holder = null;
    }
}
