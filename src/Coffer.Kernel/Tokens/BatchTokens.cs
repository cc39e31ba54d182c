using System.Buffers.Text;
using System.Text.Json;
using Coffer.Barrier;
using Coffer.Kernel.Transactions;
using Coffer.Policies.Explain;

namespace Coffer.Kernel.Tokens;

/// <summary>Tokens that carry their own record, sealed by the barrier: nothing is stored, so nothing can be renewed or revoked one by one.</summary>
public sealed class BatchTokens(EntryCipher cipher, TimeProvider clock)
{
    public const string Prefix = "hvb.";

    /// <summary>The label that the barrier binds the text to, in the place of a storage key.</summary>
    private const string SealLabel = "token/batch";

    /// <summary>Makes a batch token of what was decided about it. Nothing is stored: its text holds all of it, sealed.</summary>
    public MintedToken New(TokenRecord terms)
    {
        var record = terms with { IsBatch = true, Renewable = false };
        var sealedRecord = cipher.Seal(SealLabel, JsonSerializer.SerializeToUtf8Bytes(record, TokensJsonContext.Default.TokenRecord));
        return new MintedToken(record, Prefix + Base64Url.EncodeToString(sealedRecord));
    }

    /// <summary>The live record inside a text, or null. Its parent must live as well.</summary>
    public async ValueTask<TokenRecord?> FindAsync(UnitOfWork work, string text, TokenStore tokens, CancellationToken cancellation) =>
        (await LookAsync(work, text, tokens, cancellation)).Live;

    /// <summary>The same with the reason.</summary>
    public async ValueTask<TokenLook> LookAsync(UnitOfWork work, string text, TokenStore tokens, CancellationToken cancellation)
    {
        var record = Open(text);
        if (record is null)
        {
            return TokenLook.Unknown;
        }

        if (record.ExpireTime is { } end && end <= clock.GetUtcNow())
        {
            return new TokenLook(TokenState.Expired, record);
        }

        var lives = record.Orphan || await tokens.FindByAccessorAsync(work, record.Parent, cancellation) is not null;
        return new TokenLook(lives ? TokenState.Valid : TokenState.ParentEnded, record);
    }

    private TokenRecord? Open(string text)
    {
        if (text.Length > Limits.TokenCharactersMax || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var encoded = text.AsSpan(Prefix.Length);
        if (!Base64Url.IsValid(encoded))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(cipher.Open(SealLabel, Base64Url.DecodeFromChars(encoded)), TokensJsonContext.Default.TokenRecord);
        }
        catch (BarrierException)
        {
            // Not made here, or by a key that is gone: no token at all.
            return null;
        }
    }
}
