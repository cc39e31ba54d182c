using System.Text;
using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Wrapping;

/// <summary>Tokens whose one use is to open what they wrap.</summary>
internal static class WrappingTokens
{
    public const string Policy = "response-wrapping";

    public static bool IsWrapping(TokenRecord token) => token.Policies is [Policy];

    /// <summary>Makes the token and what it holds, in one unit of work.</summary>
    /// <param name="response">The whole body to give back, as JSON in UTF-8.</param>
    /// <param name="ttl">How long it is kept. No longer than the system's maximum.</param>
    /// <param name="entrusts">What was made for that reply.</param>
    public static async ValueTask<WrapInfo> IssueAsync(
        UnitOfWork work, TokenStore tokens, SystemTtl bounds, DateTimeOffset now, ReadOnlyMemory<byte> response, string path, TimeSpan ttl, Entrusted entrusts, CancellationToken cancellation)
    {
        // As any token: nothing lives longer than the system's maximum.
        ttl = ttl < bounds.Max ? ttl : bounds.Max;
        var (token, text) = tokens.New(new TokenRecord
        {
            Policies = [Policy],
            Path = path,
            NumUses = 1,
            IssueTime = now,
            ExpireTime = now + ttl,
            CreationTtl = ttl,
            LastTtl = ttl,
            ExplicitMaxTtl = ttl,
        });
        TokenStore.Add(work, token);
        work.Put(
            WrapRecord.KeyOf(token.Accessor),
            new WrapRecord { CreationPath = path, CreationTime = now, Ttl = ttl, Entrusts = entrusts.IsNothing ? null : entrusts },
            WrappingJsonContext.Default.WrapRecord);
        work.Put(await ResponseKeyAsync(work, token.Accessor, cancellation), JsonText.Write(json => json.WriteString("response", response.Span)).Utf8);
        return new WrapInfo(text, token.Accessor, ttl, now, path, "");
    }

    /// <summary>The wrapped reply.</summary>
    /// <remarks>The reply is kept where old clients look for it: as text in <c>cubbyhole/response</c>.</remarks>
    public static async ValueTask<ReadOnlyMemory<byte>?> ResponseAsync(UnitOfWork work, TokenRecord token, CancellationToken cancellation)
    {
        if (await work.GetAsync(await ResponseKeyAsync(work, token.Accessor, cancellation), cancellation) is not { } stored)
        {
            return null;
        }

        using var document = JsonDocument.Parse(stored);
        return Encoding.UTF8.GetBytes(document.RootElement.GetProperty("response").GetString()!);
    }

    /// <summary>What a wrapping token is, or null when it is none, used, or expired.</summary>
    public static async ValueTask<(TokenRecord Token, WrapRecord Held)?> FindAsync(
        UnitOfWork work, TokenStore tokens, string text, CancellationToken cancellation)
    {
        var token = await tokens.FindAsync(work, text, cancellation);
        return token is not null
            && IsWrapping(token)
            && await work.GetAsync(WrapRecord.KeyOf(token.Accessor), WrappingJsonContext.Default.WrapRecord, cancellation) is { } held
            ? (token, held)
            : null;
    }

    /// <summary>Takes the token and what it holds away; the caller gives what it held.</summary>
    public static async ValueTask ConsumeAsync(UnitOfWork work, TokenRecord token, CancellationToken cancellation)
    {
        work.Delete(await ResponseKeyAsync(work, token.Accessor, cancellation));
        work.Delete(WrapRecord.KeyOf(token.Accessor));
        TokenStore.Remove(work, token);
    }

    private static async ValueTask<string> ResponseKeyAsync(UnitOfWork work, string accessor, CancellationToken cancellation) =>
        await CubbyholeStorage.PrefixOfAsync(work, accessor, cancellation) is { } prefix
            ? prefix + "response"
            : throw new InvalidDataException("the mount table has no cubbyhole");
}
