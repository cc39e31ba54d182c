using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Coffer.Barrier;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>The few paths that answer without a token and on a sealed server: <c>init</c>, <c>seal-status</c>, <c>unseal</c>, <c>health</c>, <c>leader</c>.</summary>
/// <param name="server">Whose state they show and change.</param>
/// <param name="version">As the API reports it.</param>
/// <param name="storageType">As the configuration names the store.</param>
/// <param name="onFailure">Called with what the operator should see in the log.</param>
internal sealed class SealedServerPaths(
    ISealControl server, TimeProvider clock, string version, string storageType, Action<string, Exception> onFailure)
{
    private static readonly Field<long> SecretShares = Field.Integer("secret_shares", "Key shares to make.");
    private static readonly Field<long> SecretThreshold = Field.Integer("secret_threshold", "Shares needed to unseal.");
    private static readonly Field<ImmutableArray<string>> PgpKeys = Field.TextList("pgp_keys", "OpenPGP public keys in base64, one a share, that the shares are encrypted to.");
    private static readonly Field<string> RootPgpKey = Field.Text("root_token_pgp_key", "OpenPGP public key in base64 that the root token is encrypted to.");
    private static readonly Field<string> Key = Field.Text("key", "A key share, in hex or base64.");
    private static readonly Field<bool> Reset = Field.Boolean("reset", "Forgets the shares given so far.");

    private static readonly Field<long>[] HealthCodes =
    [
        Field.Integer("activecode", "Status to answer with when the server is unsealed.", 200),
        Field.Integer("sealedcode", "Status to answer with when it is sealed.", 503),
        Field.Integer("degradedcode", "Status to answer with when it is unsealed and something keeps it from serving: no room on the disk, a store that was removed, or an older copy of it.", 503),
        Field.Integer("uninitcode", "Status to answer with when it is not initialised.", 501),
    ];

    private readonly DateTimeOffset _activeSince = clock.GetUtcNow();

    /// <summary>What help and the OpenAPI document say of these paths. Their requests never come as far as these handlers.</summary>
    public static ImmutableArray<EnginePath> Declared { get; } =
    [
        new("init", "Shows whether the server is initialised, and initialises it.")
        {
            Fields = [SecretShares, SecretThreshold, PgpKeys, RootPgpKey], Read = Elsewhere, Write = Elsewhere, Unauthenticated = true,
        },
        new("seal-status", "Shows whether the server is sealed, and how far unsealing has come.") { Read = Elsewhere, Unauthenticated = true },
        new("unseal", "Takes a key share; enough of them unseal the server.") { Fields = [Key, Reset], Write = Elsewhere, Unauthenticated = true },
        new("health", "Answers with a status that a load balancer understands.") { Fields = [.. HealthCodes], Read = Elsewhere, Unauthenticated = true },
        new("leader", "Shows which node leads.") { Read = Elsewhere, Unauthenticated = true },
    ];

    /// <summary>The answer, or null when the path is none of these.</summary>
    public async ValueTask<ApiReply?> TryHandleAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (request.Help || !request.Path.Text.StartsWith("sys/", StringComparison.Ordinal) || request is { Path.EndsWithSlash: true, Operation: Operation.Update or Operation.Patch })
        {
            return null;
        }

        return (request.Path.Text.TrimEnd('/'), request.Operation) switch
        {
            ("sys/init", Operation.Read) => ApiReply.Bare(200, Bool("initialized", await server.IsInitializedAsync(cancellation))),
            ("sys/init", Operation.Update) => await InitAsync(request, cancellation),
            ("sys/seal-status", Operation.Read) => await StatusAsync(cancellation),
            ("sys/unseal", Operation.Update) => await UnsealAsync(request, cancellation),
            ("sys/health", Operation.Read) => await HealthAsync(request, cancellation),
            ("sys/leader", Operation.Read) => Leader(),
            ("sys/init" or "sys/seal-status" or "sys/unseal" or "sys/health" or "sys/leader", _) => Unsupported,
            _ => null,
        };
    }

    /// <summary>Whether a request is for one of these paths.</summary>
    public static bool Answers(ApiRequest request) =>
        request is { Help: false, Path.Text: "sys/init" or "sys/seal-status" or "sys/unseal" or "sys/health" or "sys/leader" };

    /// <summary>Whether a request is the one that initialises a server.</summary>
    public static bool Initializes(ApiRequest request) => request is { Help: false, Operation: Operation.Update, Path.Text: "sys/init" };

    private static ApiReply Unsupported { get; } = ApiReply.From(new ApiError(ErrorKind.Unsupported));

    private static ValueTask<Reply> Elsewhere(EngineRequest request, CancellationToken cancellation) =>
        throw new UnreachableException("the open paths answer before anything is routed");

    private static Action<Utf8JsonWriter> Bool(string name, bool value) => json => json.WriteBoolean(name, value);

    private static (FieldValues Values, ApiReply? Refusal) Parse(ApiRequest request, params Field[] fields)
    {
        var values = FieldValues.Parse(fields, request.Data, [], out var problem);
        return (values, problem is null ? null : ApiReply.Error(ErrorKind.Invalid, problem));
    }

    private async ValueTask<ApiReply> InitAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (values, refusal) = Parse(request, SecretShares, SecretThreshold, PgpKeys, RootPgpKey);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await server.IsInitializedAsync(cancellation))
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

        var now = clock.GetUtcNow();
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
            made = await server.InitializeAsync(new InitRequest((int)shares, (int)threshold) { ShareHolders = holders, RootTokenHolder = rootHolder }, cancellation);
        }
        catch (Exception error) when (KeySlots.IsKeyProblem(error))
        {
            onFailure("the static key of the configuration cannot be used, so nothing was initialised", error);
            return ApiReply.Error(ErrorKind.Internal, "the static key that the configuration names cannot be used, so nothing was initialised; see the server's log");
        }

        return made is null ? ApiReply.Error(ErrorKind.Invalid, "Vault is already initialized") : Show(made);
    }

    private static ApiReply Show(InitResult made) => ApiReply.Bare(200, json =>
    {
        KeyShareJson.Write(json, made.Shares);
        json.WriteString("root_token", made.RootToken);
    });

    private async ValueTask<ApiReply> UnsealAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (values, refusal) = Parse(request, Key, Reset);
        if (refusal is not null)
        {
            return refusal;
        }

        if (!await server.IsInitializedAsync(cancellation))
        {
            return ApiReply.Error(ErrorKind.Invalid, "Vault is not initialized");
        }

        if (values.Get(Reset))
        {
            if (!server.IsSealed)
            {
                return ApiReply.Error(ErrorKind.Invalid, "vault is unsealed");
            }

            await server.ResetUnsealAsync(request, cancellation);
            return await StatusAsync(cancellation);
        }

        if (values.Get(Key).Length == 0)
        {
            return ApiReply.Error(ErrorKind.Invalid, "'key' must be specified in request body as JSON, or 'reset' set to true");
        }

        var step = await server.UnsealAsync(values.Get(Key), request, cancellation);
        return step.Problem is null ? await StatusAsync(cancellation) : ApiReply.Error(ErrorKind.Invalid, step.Problem);
    }

    private async ValueTask<ApiReply> StatusAsync(CancellationToken cancellation)
    {
        var status = await server.StatusAsync(cancellation);
        var unsealsItself = await server.UnsealsItselfAsync(cancellation);
        return ApiReply.Bare(200, json =>
        {
            json.WriteString("type", status.Type);
            json.WriteBoolean("initialized", status.Initialized);
            json.WriteBoolean("sealed", status.Sealed);
            json.WriteNumber("t", status.Threshold);
            json.WriteNumber("n", status.Shares);
            json.WriteNumber("progress", status.Progress);
            json.WriteString("nonce", status.Nonce);
            json.WriteString("version", version);
            json.WriteString("build_date", "");
            json.WriteBoolean("migration", false);
            if (status.ClusterName.Length > 0)
            {
                json.WriteString("cluster_name", status.ClusterName);
                json.WriteString("cluster_id", status.ClusterId);
            }

            json.WriteBoolean("recovery_seal", false);
            json.WriteString("storage_type", storageType);
            json.WriteBoolean("unseals_itself", unsealsItself);
        });
    }

    private async ValueTask<ApiReply> HealthAsync(ApiRequest request, CancellationToken cancellation)
    {
        var codes = new Dictionary<string, int>(StringComparer.Ordinal) { ["activecode"] = 200, ["degradedcode"] = 503, ["sealedcode"] = 503, ["uninitcode"] = 501 };
        if (!TryReadCodes(request.Data, codes))
        {
            return ApiReply.From(new ApiError(ErrorKind.Invalid));
        }

        var status = await server.StatusAsync(cancellation);
        var problems = server.Problems().ToArray();
        var warnings = problems.Concat(server.Warnings()).ToArray();
        var code = codes[!status.Initialized ? "uninitcode" : status.Sealed ? "sealedcode" : problems.Length > 0 ? "degradedcode" : "activecode"];
        return ApiReply.Bare(code, json =>
        {
            json.WriteBoolean("initialized", status.Initialized);
            json.WriteBoolean("sealed", status.Sealed);
            json.WriteBoolean("standby", status.Sealed);
            json.WriteBoolean("performance_standby", false);
            json.WriteString("replication_performance_mode", status.Sealed ? "unknown" : "disabled");
            json.WriteString("replication_dr_mode", status.Sealed ? "unknown" : "disabled");
            json.WriteNumber("server_time_utc", clock.GetUtcNow().ToUnixTimeSeconds());
            json.WriteString("version", version);
            json.WriteBoolean("enterprise", false);
            if (status.ClusterName.Length > 0)
            {
                json.WriteString("cluster_name", status.ClusterName);
                json.WriteString("cluster_id", status.ClusterId);
            }

            if (warnings.Length > 0)
            {
                json.WriteTexts("warnings", warnings);
            }
        });
    }

    private static bool TryReadCodes(JsonElement query, Dictionary<string, int> codes)
    {
        if (query.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        foreach (var parameter in query.EnumerateObject())
        {
            var text = parameter.Value.ValueKind == JsonValueKind.String ? parameter.Value.GetString()! : parameter.Value.GetRawText();
            if (parameter.Name.EndsWith("code", StringComparison.Ordinal))
            {
                if (!int.TryParse(text, System.Globalization.NumberStyles.None, null, out var code) || code is < 200 or > 999)
                {
                    return false;
                }

                codes[parameter.Name] = code;
            }
            else if (parameter.Name is "standbyok" or "perfstandbyok" && text is not ("" or "true" or "false" or "1" or "0" or "t" or "f" or "T" or "F" or "TRUE" or "FALSE" or "True" or "False"))
            {
                return false;
            }
        }

        return true;
    }

    // One node knows that nobody else leads, sealed or not.
    private ApiReply Leader() => ApiReply.Bare(200, json =>
    {
        json.WriteBoolean("ha_enabled", false);
        json.WriteBoolean("is_self", false);
        json.WriteString("active_time", Rfc3339.Format(_activeSince));
        json.WriteString("leader_address", "");
        json.WriteString("leader_cluster_address", "");
        json.WriteBoolean("performance_standby", false);
        json.WriteNumber("performance_standby_last_remote_wal", 0);
    });
}
