using System.Collections.Immutable;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/generate-root</c>: a root token by agreement of share holders. Each call also needs a token with sudo, so that strangers cannot begin, end or disturb it.</summary>
internal sealed class SysGenerateRoot(RootGeneration generation)
{
    private static readonly Field<string> Otp = Field.Text("otp", "One-time password that hides the token; made by the server if empty.");
    private static readonly Field<string> PgpKey = Field.Text("pgp_key", "OpenPGP public key in base64 that the token is encrypted to, in the place of a one-time password.");
    private static readonly Field<string> Key = Field.Text("key", "A key share, in hex or base64.");
    private static readonly Field<string> Nonce = Field.Text("nonce", "The nonce of the attempt.");

    public ImmutableArray<EnginePath> Paths =>
    [
        Attempt("generate-root"),
        Attempt("generate-root/attempt"),
        new("generate-root/update", "Takes a key share; enough of them make a root token.")
        {
            Fields = [Key, Nonce],
            Write = KeyShareOperation.Of((kernel, ct) => generation.GiveAsync(kernel.Get(Key), kernel.Get(Nonce), ct), Show),
            Sudo = true,
        },
    ];

    private EnginePath Attempt(string template) => new(template, "Shows, begins or ends the making of a root token.")
    {
        Fields = [Otp, PgpKey],
        Read = KeyShareOperation.Of((kernel, ct) => generation.StatusAsync(ct), Show),
        Write = StartAsync,
        Delete = KeyShareOperation.Of((kernel, ct) => generation.CancelAsync(ct)),
        Sudo = true,
    };

    private ValueTask<Reply> StartAsync(EngineRequest request, CancellationToken cancellation)
    {
        var (otp, key) = (request.Get(Otp), request.Get(PgpKey));
        if (otp.Length > 0 && key.Length > 0)
        {
            return ValueTask.FromResult(Reply.Invalid("only one of \"otp\" and \"pgp_key\" must be specified"));
        }

        PgpRecipient? holder = null;
        return key.Length > 0 && !PgpRecipient.TryParse(key, request.Now, out holder, out var problem)
            ? ValueTask.FromResult(Reply.Invalid($"error parsing PGP key: {problem}"))
            : KeyShareOperation.Of((kernel, ct) => generation.StartAsync(otp, holder, ct), Show)(request, cancellation);
    }

    private static Reply Show(RootGenerationStatus status) => Reply.With(json =>
    {
        json.WriteString("nonce", status.Nonce);
        json.WriteBoolean("started", status.Started);
        json.WriteNumber("progress", status.Progress);
        json.WriteNumber("required", status.Required);
        json.WriteBoolean("complete", status.Complete);
        json.WriteString("encoded_token", status.EncodedToken);
        json.WriteString("encoded_root_token", status.EncodedToken);
        json.WriteString("pgp_fingerprint", status.PgpFingerprint);
        json.WriteString("otp", status.OneTimePassword);
        json.WriteNumber("otp_length", status.OneTimePasswordLength);
    });
}
