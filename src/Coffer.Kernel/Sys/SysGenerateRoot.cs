using System.Collections.Immutable;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Sys;

/// <summary><c>sys/generate-root</c>: a root token by agreement of share holders. Needs a token with sudo as well: nobody else may begin, end or disturb it.</summary>
internal static class SysGenerateRoot
{
    private static readonly Field<string> Otp = Field.Text("otp", "One-time password that hides the token; made by the server if empty.");
    private static readonly Field<string> PgpKey = Field.Text("pgp_key", "Not supported.");
    private static readonly Field<string> Key = Field.Text("key", "A key share, in hex or base64.");
    private static readonly Field<string> Nonce = Field.Text("nonce", "The nonce of the attempt.");

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        Attempt("generate-root"),
        Attempt("generate-root/attempt"),
        new("generate-root/update", "Takes a key share; enough of them make a root token.")
        {
            Fields = [Key, Nonce],
            Write = CeremonyStep.Held((kernel, ct) => kernel.Services.RootGeneration.GiveAsync(kernel.Get(Key), kernel.Get(Nonce), ct), Show),
            Sudo = true,
        },
    ];

    private static Handler Start { get; } = CeremonyStep.Held((kernel, ct) => kernel.Services.RootGeneration.StartAsync(kernel.Get(Otp), ct), Show);

    private static EnginePath Attempt(string template) => new(template, "Shows, begins or ends the making of a root token.")
    {
        Fields = [Otp, PgpKey],
        Read = CeremonyStep.Held((kernel, ct) => kernel.Services.RootGeneration.StatusAsync(ct), Show),
        Write = StartAsync,
        Delete = CeremonyStep.Held((kernel, ct) => kernel.Services.RootGeneration.CancelAsync(ct)),
        Sudo = true,
    };

    private static ValueTask<Reply> StartAsync(EngineRequest request, CancellationToken cancellation) =>
        PgpProblem(request.Get(PgpKey)) is { } problem ? ValueTask.FromResult(Reply.Invalid(problem)) : Start(request, cancellation);

    /// <summary>Why a PGP key is not taken; null when none was given.</summary>
    internal static string? PgpProblem(string key)
    {
        if (key.Length == 0)
        {
            return null;
        }

        var wrong = key.AsSpan().TrimEnd('=').IndexOfAnyExcept(Base64Characters);
        return wrong >= 0
            ? $"error parsing PGP key: error decoding given PGP key: illegal base64 data at input byte {wrong}"
            : "PGP keys are not supported: leave them out, and encrypt what you get yourself";
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
        json.WriteString("pgp_fingerprint", "");
        json.WriteString("otp", status.OneTimePassword);
        json.WriteNumber("otp_length", status.OneTimePasswordLength);
    });

    private static readonly System.Buffers.SearchValues<char> Base64Characters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n");
}
