using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Coffer.Barrier;
using Coffer.Kernel.BuiltIn.Identity;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Policies;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Storage;

namespace Coffer.Kernel.Hosting;

/// <summary>Which cluster this store belongs to.</summary>
public sealed record ClusterIdentity(string Name, string Id);

/// <summary>The first commit of a store: keys, slot, root token, policies and mounts together, or nothing of it.</summary>
public static class Initialization
{
    internal const string ClusterKey = "core/cluster";
    private const int KeyBytes = 32;

    internal static async ValueTask<InitResult?> RunAsync(
        SealStore seal, KernelOptions options, InitRequest request, CancellationToken cancellation)
    {
        // Asked for first: one that cannot be read is a reason not to begin.
        using var staticKey = options.StaticKeys.Count > 0 ? options.StaticKeys[0].Key() : null;
        using var rootKey = SecretBytes.Random(KeyBytes, options.Random);
        using var prepared = PreparedSlot.Shamir(request.Shares, request.Threshold, rootKey, options.Random, options.Clock);
        using var ring = Keyring.Create(options.Random, options.Clock);
        using var cipher = new EntryCipher(ring.Share(), options.Random);
        using var tokenKey = SecretBytes.Random(KeyBytes, options.Random);
        var (writes, rootToken) = FirstEntries(cipher, tokenKey, options, request);

        // Encrypted before anything is stored: a store whose shares nobody can be given would be lost.
        IReadOnlyList<byte[]> shares = PgpShares.For(prepared.Shares(options.Random), request.ShareHolders, options.Random);
        if (request.RootTokenHolder is { } holder)
        {
            rootToken = Convert.ToBase64String(holder.Encrypt(Encoding.UTF8.GetBytes(rootToken), options.Random));
        }

        if (await seal.IsInitializedAsync(cancellation))
        {
            return null;
        }

        await EntryRegister.OpenAsync(options.Condition, tokenKey.Expose(), cancellation);
        try
        {
            if (!await seal.InitializeAsync(rootKey, prepared.Slot, prepared.Key, ring, writes, cancellation))
            {
                return null;
            }

            if (staticKey is not null)
            {
                await seal.AddSlotAsync(KeySlots.CreateStatic(options.StaticKeys[0], rootKey, staticKey, options.Random, options.Clock), staticKey, CancellationToken.None);
            }

            return new InitResult(shares, rootToken);
        }
        finally
        {
            await EntryRegister.CloseAsync(options.Condition);
        }
    }

    private static (IReadOnlyList<StoreWrite> Writes, string RootToken) FirstEntries(
        EntryCipher cipher, SecretBytes tokenKey, KernelOptions options, InitRequest request)
    {
        var writes = new List<StoreWrite>();
        writes.Add(new StoreWrite(TokenKeys.HashKey, cipher.Seal(TokenKeys.HashKey, tokenKey.Expose())));
        void Put<T>(string key, T value, JsonTypeInfo<T> type) =>
            writes.Add(new StoreWrite(key, cipher.Seal(key, JsonSerializer.SerializeToUtf8Bytes(value, type))));

        Put(MountTable.StorageKey, new MountTable([.. BuiltIn(options.Random), .. request.Mounts]), MountsJsonContext.Default.MountTable);
        Put(StoredPolicy.KeyOf("default"), new StoredPolicy(BuiltInPolicies.Default), PoliciesJsonContext.Default.StoredPolicy);
        Put(StoredPolicy.KeyOf("response-wrapping"), new StoredPolicy(BuiltInPolicies.ResponseWrapping), PoliciesJsonContext.Default.StoredPolicy);
        var name = options.ClusterName.Length > 0 ? options.ClusterName : $"coffer-cluster-{options.Random.Hex8()}";
        Put(ClusterKey, new ClusterIdentity(name, options.Random.Uuid()), HostingJsonContext.Default.ClusterIdentity);

        using var hashKey = new HmacKey(tokenKey.Expose());
        var tokens = new TokenStore(hashKey, options.Random, options.Clock);
        var (root, text) = RootToken.New(tokens, options.Clock, request.RootToken ?? "");
        Put(TokenKeys.Record(root.Accessor), root, TokensJsonContext.Default.TokenRecord);
        if (root.CustomId)
        {
            var key = TokenKeys.CustomId(root.Hash);
            writes.Add(new StoreWrite(key, cipher.Seal(key, Encoding.UTF8.GetBytes(root.Accessor))));
        }

        return (writes, text);
    }

    /// <summary>Adds the mounts that the kernel serves itself and that a store of an older version lacks. Part of each unseal; mostly it finds all of them.</summary>
    public static ValueTask AddMissingMountsAsync(Transactor transactions, IRandom random, CancellationToken cancellation) => transactions.RunAsync(
        async work =>
        {
            var table = await work.GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, cancellation)
                ?? throw new StoreUnavailableException("the mount table is missing; restore the store from a backup");
            var missing = BuiltIn(random).Where(mount => table.Mounts.All(present => present.Type != mount.Type)).ToArray();
            if (missing.FirstOrDefault(mount => table.Mounts.Any(present => present.Path == mount.Path)) is { } blocked)
            {
                throw new InvalidDataException($"{blocked.Path} belongs to the server, but the mount table has another engine there");
            }

            if (missing.Length > 0)
            {
                work.Put(MountTable.StorageKey, missing.Aggregate(table, (all, mount) => all.With(mount)), MountsJsonContext.Default.MountTable);
            }
        },
        cancellation);

    private static IEnumerable<MountEntry> BuiltIn(IRandom random) =>
    [
        MountEntry.New(random, "sys/", "system", MountClass.Secret, "system endpoints used for control, policy and debugging") with
        {
            Tuning = new MountTuning { PassthroughRequestHeaders = ["Accept"] },
        },
        MountEntry.New(random, "cubbyhole/", "cubbyhole", MountClass.Secret, "per-token private secret storage") with { Local = true },
        MountEntry.New(random, "identity/", IdentityEngine.TypeName, MountClass.Secret, IdentityEngine.Description),
        MountEntry.New(random, "auth/token/", "token", MountClass.Auth, "token based credentials") with
        {
            Tuning = new MountTuning { TokenType = "default-service" },
        },
    ];
}
