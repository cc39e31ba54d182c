using System.Security.Cryptography;
using System.Text;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Transactions;
using Coffer.Policies.Explain;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tokens;

/// <summary>Finds, makes and changes token records inside a unit of work. Who may do so is decided elsewhere.</summary>
/// <param name="hashKey">Keys the hashes of token texts; from the barrier, the same for the life of the data.</param>
public sealed class TokenStore(HmacKey hashKey, IRandom random, TimeProvider clock)
{
    public const string ServicePrefix = "hvs.";
    public const int AccessorCharacters = 24;
    private const int SecretCharacters = 28;

    /// <summary>Characters of a token's text: prefix, accessor and secret, all of them ASCII.</summary>
    public const int TextCharacters = 4 + AccessorCharacters + SecretCharacters;
    private const int RandomAccessorCharacters = AccessorCharacters - 8;

    /// <summary>Makes a service token of what was decided about it: its accessor (eight characters of time, then 95 random bits), its text, its lease unless it never ends.</summary>
    /// <param name="terms">The record without all that.</param>
    /// <param name="chosen">A text that somebody chose; empty: one with 166 random bits is made.</param>
    public MintedToken New(TokenRecord terms, string chosen = "")
    {
        var accessor = RandomText.TimeOrdered(clock.GetUtcNow()) + random.Base62(RandomAccessorCharacters);
        var text = chosen.Length > 0 ? chosen : ServicePrefix + accessor + random.Base62(SecretCharacters);
        var record = terms with
        {
            Accessor = accessor,
            Hash = HashOf(text),
            CustomId = chosen.Length > 0,
            LeaseId = terms.ExpireTime is null ? "" : LeaseIdOf(terms.Path, accessor),
            Due = terms.ExpireTime,
        };
        return new MintedToken(record, text);
    }

    public byte[] HashOf(string text)
    {
        Span<byte> buffer = stackalloc byte[512];
        var hash = new byte[HmacKey.MacBytes];
        hashKey.Hash(
            Encoding.UTF8.GetMaxByteCount(text.Length) <= buffer.Length ? buffer[..Encoding.UTF8.GetBytes(text, buffer)] : Encoding.UTF8.GetBytes(text),
            hash);
        return hash;
    }

    /// <summary>The live record of a token's text, or null: unknown, wrong, expired and revoked tokens look alike and cost the same.</summary>
    public async ValueTask<TokenRecord?> FindAsync(UnitOfWork work, string text, CancellationToken cancellation) =>
        (await LookAsync(work, text, cancellation)).Live;

    /// <summary>The same with the reason, at the same cost.</summary>
    public async ValueTask<TokenLook> LookAsync(UnitOfWork work, string text, CancellationToken cancellation)
    {
        if (text.Length is 0 or > Limits.TokenCharactersMax)
        {
            return text.Length == 0 ? new TokenLook(TokenState.Missing, null) : TokenLook.Unknown;
        }

        var hash = HashOf(text);
        var accessor = IsOurs(text)
            ? text.Substring(ServicePrefix.Length, AccessorCharacters)
            : await work.GetAsync(TokenKeys.CustomId(hash), cancellation) is { } pointer ? Encoding.UTF8.GetString(pointer.Span) : "unknown";
        var record = await work.GetAsync(TokenKeys.Record(accessor), TokensJsonContext.Default.TokenRecord, cancellation);
        var matches = CryptographicOperations.FixedTimeEquals(hash, record?.Hash ?? new byte[hash.Length]);
        return matches && record is not null ? new TokenLook(StateOf(record), record) : TokenLook.Unknown;
    }

    /// <summary>The live record of an accessor, or null.</summary>
    public async ValueTask<TokenRecord?> FindByAccessorAsync(UnitOfWork work, string accessor, CancellationToken cancellation)
    {
        var record = await GetAnyAsync(work, accessor, cancellation);
        return record is not null && IsLive(record) ? record : null;
    }

    /// <summary>The record of an accessor in whatever state, or null.</summary>
    public static async ValueTask<TokenRecord?> GetAnyAsync(UnitOfWork work, string accessor, CancellationToken cancellation) =>
        accessor.Length == AccessorCharacters && accessor.All(char.IsAsciiLetterOrDigit)
            ? await work.GetAsync(TokenKeys.Record(accessor), TokensJsonContext.Default.TokenRecord, cancellation)
            : null;

    /// <summary>The role of that name, or null.</summary>
    public static ValueTask<TokenRole?> FindRoleAsync(UnitOfWork work, string name, CancellationToken cancellation) =>
        work.GetAsync(TokenKeys.Role(name), TokensJsonContext.Default.TokenRole, cancellation);

    /// <summary>When the janitor takes up a revocation that begins now and is not finished by its own request.</summary>
    public DateTimeOffset TakeUpTime => clock.GetUtcNow() + DueKeys.TakeUpAfter;

    public bool IsLive(TokenRecord record) => StateOf(record) == TokenState.Valid;

    /// <summary>What a record alone shows: not where it is used from, and not who is behind it.</summary>
    public TokenState StateOf(TokenRecord record) => record switch
    {
        { Revoking: true, NumUses: < 0 } => TokenState.UsedUp,
        { Revoking: true } => TokenState.Revoked,
        { ExpireTime: { } end } when end <= clock.GetUtcNow() => TokenState.Expired,
        _ => TokenState.Valid,
    };

    /// <summary>Stores a new token with its indexes. The record says all of it, its lease id included.</summary>
    public static void Add(UnitOfWork work, TokenRecord record)
    {
        if (record.CustomId)
        {
            work.Put(TokenKeys.CustomId(record.Hash), Encoding.UTF8.GetBytes(record.Accessor));
        }

        if (!record.Orphan)
        {
            work.Put(TokenKeys.Child(record.Parent, record.Accessor), Array.Empty<byte>());
        }

        if (record.LeaseId.Length > 0)
        {
            work.Put(LeaseKeys.Record(record.LeaseId), LeaseOf(record), LeasesJsonContext.Default.LeaseRecord);
        }

        Put(work, before: null, record);
    }

    /// <summary>Stores a change of a token, and moves its due entry along.</summary>
    public static void Put(UnitOfWork work, TokenRecord? before, TokenRecord after)
    {
        if (before?.Due is { } old && before.Due != after.Due)
        {
            work.Delete(DueKeys.Token(old, before.Accessor));
        }

        if (after.Due is { } due && before?.Due != after.Due)
        {
            work.Put(DueKeys.Token(due, after.Accessor), Array.Empty<byte>());
        }

        work.Put(TokenKeys.Record(after.Accessor), after, TokensJsonContext.Default.TokenRecord);
    }

    /// <summary>Removes a token and every index that names it.</summary>
    public static void Remove(UnitOfWork work, TokenRecord record)
    {
        work.Delete(TokenKeys.Record(record.Accessor));
        if (record.CustomId)
        {
            work.Delete(TokenKeys.CustomId(record.Hash));
        }

        if (!record.Orphan)
        {
            work.Delete(TokenKeys.Child(record.Parent, record.Accessor));
        }

        if (record.LeaseId.Length > 0)
        {
            work.Delete(LeaseKeys.Record(record.LeaseId));
        }

        if (record.Due is { } due)
        {
            work.Delete(DueKeys.Token(due, record.Accessor));
        }
    }

    /// <summary>What is in the lease index for a token: only where to find it.</summary>
    internal static LeaseRecord LeaseOf(TokenRecord token) => new() { Id = token.LeaseId, State = LeaseState.Active, TokenAccessor = token.Accessor };

    private static bool IsOurs(string text) =>
        text.Length == ServicePrefix.Length + AccessorCharacters + SecretCharacters
        && text.StartsWith(ServicePrefix, StringComparison.Ordinal)
        && text.AsSpan(ServicePrefix.Length).IndexOfAnyExcept(Base62) < 0;

    private static readonly System.Buffers.SearchValues<char> Base62 =
        System.Buffers.SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The lease id of a token: the path that made it, then <c>h</c> and a hash, so that a lease id tells no accessor.</summary>
    private static string LeaseIdOf(string path, string accessor) =>
        $"{path}/h{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(accessor)))}";
}
