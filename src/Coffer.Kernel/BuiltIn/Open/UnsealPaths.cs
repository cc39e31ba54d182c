using System.Collections.Immutable;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary><c>sys/seal-status</c> and <c>sys/unseal</c>.</summary>
internal static class UnsealPaths
{
    private static readonly Field<string> Key = Field.Text("key", "A key share, in hex or base64.");
    private static readonly Field<bool> Reset = Field.Boolean("reset", "Forgets the shares given so far.");

    public static ImmutableArray<OpenPath> Rows { get; } =
    [
        new("seal-status", "Shows whether the server is sealed, and how far unsealing has come.") { Read = (server, _, ct) => StatusAsync(server, ct), TakesHead = true },
        new("unseal", "Takes a key share; enough of them unseal the server.") { Fields = [Key, Reset], Write = UnsealAsync },
    ];

    private static async ValueTask<ApiReply> UnsealAsync(OpenServer server, ApiRequest request, CancellationToken cancellation)
    {
        var (values, refusal) = OpenPaths.Parse(request, Key, Reset);
        if (refusal is not null)
        {
            return refusal;
        }

        if (!await server.Seal.IsInitializedAsync(cancellation))
        {
            return ApiReply.Error(ErrorKind.Invalid, "Vault is not initialized");
        }

        if (values.Get(Reset))
        {
            if (!server.Seal.IsSealed)
            {
                return ApiReply.Error(ErrorKind.Invalid, "vault is unsealed");
            }

            await server.Seal.ResetUnsealAsync(request, cancellation);
            return await StatusAsync(server, cancellation);
        }

        if (values.Get(Key).Length == 0)
        {
            return ApiReply.Error(ErrorKind.Invalid, "'key' must be specified in request body as JSON, or 'reset' set to true");
        }

        var step = await server.Seal.UnsealAsync(values.Get(Key), request, cancellation);
        return step.Problem is null ? await StatusAsync(server, cancellation) : ApiReply.Error(ErrorKind.Invalid, step.Problem);
    }

    private static async ValueTask<ApiReply> StatusAsync(OpenServer server, CancellationToken cancellation)
    {
        var status = await server.Seal.StatusAsync(cancellation);
        var unsealsItself = await server.Seal.UnsealsItselfAsync(cancellation);
        return ApiReply.Bare(200, json =>
        {
            json.WriteString("type", status.Type);
            json.WriteBoolean("initialized", status.Initialized);
            json.WriteBoolean("sealed", status.Sealed);
            json.WriteNumber("t", status.Threshold);
            json.WriteNumber("n", status.Shares);
            json.WriteNumber("progress", status.Progress);
            json.WriteString("nonce", status.Nonce);
            json.WriteString("version", server.Version);
            json.WriteString("build_date", "");
            json.WriteBoolean("migration", false);
            if (status.ClusterName.Length > 0)
            {
                json.WriteString("cluster_name", status.ClusterName);
                json.WriteString("cluster_id", status.ClusterId);
            }

            json.WriteBoolean("recovery_seal", false);
            json.WriteString("storage_type", server.StorageType);
            json.WriteBoolean("unseals_itself", unsealsItself);
        });
    }
}
