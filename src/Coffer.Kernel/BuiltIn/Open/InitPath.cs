using System.Collections.Immutable;
using Coffer.Barrier;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary><c>sys/init</c>.</summary>
internal static class InitPath
{
    private static readonly Field<long> SecretShares = Field.Integer("secret_shares", "Key shares to make.");
    private static readonly Field<long> SecretThreshold = Field.Integer("secret_threshold", "Shares needed to unseal.");
    private static readonly Field<ImmutableArray<string>> PgpKeys = Field.TextList("pgp_keys", "OpenPGP public keys in base64, one a share, that the shares are encrypted to.");
    private static readonly Field<string> RootPgpKey = Field.Text("root_token_pgp_key", "OpenPGP public key in base64 that the root token is encrypted to.");

    public static OpenPath Row { get; } = new("init", "Shows whether the server is initialised, and initialises it.")
    {
        Fields = [SecretShares, SecretThreshold, PgpKeys, RootPgpKey],
        Read = async (server, _, ct) =>
        {
            var initialized = await server.Seal.IsInitializedAsync(ct);
            return ApiReply.Bare(200, json => json.WriteBoolean("initialized", initialized));
        },
        Write = InitAsync,
        TakesHead = true,
        Sender = async (server, ct) => await server.Seal.IsInitializedAsync(ct) ? BodySender.Stranger : BodySender.Initializer,
    };

    private static async ValueTask<ApiReply> InitAsync(OpenServer server, ApiRequest request, CancellationToken cancellation)
    {
        var (values, refusal) = OpenPaths.Parse(request, SecretShares, SecretThreshold, PgpKeys, RootPgpKey);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await server.Seal.IsInitializedAsync(cancellation))
        {
            return ApiReply.Error(ErrorKind.Invalid, "Vault is already initialized");
        }

        var (shares, threshold) = (values.Get(SecretShares), values.Get(SecretThreshold));
        var problem = UnsealKeyShares.RangeProblem(shares, threshold) is { } outOfRange
            ? $"invalid seal configuration: {outOfRange}"
            : UnsealKeyShares.Problem((int)shares, (int)threshold);
        if (problem is not null)
        {
            return ApiReply.Error(ErrorKind.Invalid, problem);
        }

        var now = server.Clock.GetUtcNow();
        var (keys, rootKey) = (values.Get(PgpKeys), values.Get(RootPgpKey));
        if (keys.Length > 0 && keys.Length != shares)
        {
            return ApiReply.Error(ErrorKind.Invalid, "incorrect number of PGP keys");
        }

        if (PgpRecipient.ParseAll(request.Data, keys, now, out var wrongKey) is not { } holders)
        {
            return ApiReply.Error(ErrorKind.Invalid, $"invalid seal configuration: {wrongKey}");
        }

        PgpRecipient? rootHolder = null;
        if (rootKey.Length > 0 && !PgpRecipient.TryParse(rootKey, now, out rootHolder, out var wrongRoot))
        {
            return ApiReply.Error(ErrorKind.Invalid, $"root token encryption failed: {wrongRoot}");
        }

        InitResult? made;
        try
        {
            made = await server.Seal.InitializeAsync(new InitRequest((int)shares, (int)threshold) { ShareHolders = holders, RootTokenHolder = rootHolder }, cancellation);
        }
        catch (Exception error) when (KeySlots.IsKeyProblem(error))
        {
            SealLog.StaticKeyUnusable(server.Log, error);
            return ApiReply.Error(ErrorKind.Internal, "the static key that the configuration names cannot be used, so nothing was initialised; see the server's log");
        }

        return made is null ? ApiReply.Error(ErrorKind.Invalid, "Vault is already initialized") : Show(made);
    }

    private static ApiReply Show(InitResult made) => ApiReply.Bare(200, json =>
    {
        KeyShareJson.Write(json, made.Shares);
        json.WriteString("root_token", made.RootToken);
    });
}
