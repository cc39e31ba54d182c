using System.Collections.Immutable;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using static Coffer.Kernel.BuiltIn.Tokens.TokenFields;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>Look-ups, and the list of accessors.</summary>
internal sealed class TokenLookup(Transactor transactions, TokenStore tokens, BatchTokens batchTokens, IdentityResolver identities)
{
    public ImmutableArray<EnginePath> Paths =>
    [
        new("lookup-self", "Shows the caller's own token.") { Read = SelfAsync, Write = SelfAsync },
        new("lookup-accessor", "Shows a token by its accessor, without the token itself.") { Fields = [Accessor], Write = ByAccessorAsync },
        new("lookup", "Shows a token.") { Fields = [Token], Read = ByTokenAsync, Write = ByTokenAsync },
        new("accessors", "Lists the accessors of all live tokens.") { List = ListAsync, Sudo = true },
    ];

    private async ValueTask<Reply> SelfAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var caller = request.RequiredCaller;
        return Show(await WithTrueEndAsync(request, caller.Token, cancellation), caller.Text, caller.Identity, request.Now);
    }

    private async ValueTask<Reply> ByTokenAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var text = request.Get(Token);
        if (text.Length == 0)
        {
            return await SelfAsync(request, cancellation);
        }

        var token = text.StartsWith(BatchTokens.Prefix, StringComparison.Ordinal)
            ? await batchTokens.FindAsync(request.Work, text, tokens, cancellation)
            : await tokens.FindAsync(request.Work, text, cancellation);
        return token is null ? Reply.Refuse(ErrorKind.PermissionDenied, "bad token") : await ShowAsync(request, token, text, cancellation);
    }

    private async ValueTask<Reply> ByAccessorAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var accessor = request.Get(Accessor);
        if (accessor.Length == 0)
        {
            return Reply.Invalid("missing accessor");
        }

        var token = await tokens.FindByAccessorAsync(request.Work, accessor, cancellation);
        return token is null ? Reply.Invalid("invalid accessor") : await ShowAsync(request, token, "", cancellation);
    }

    private static async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var accessors = await request.Work.ListAsync(TokenKeys.Records, cancellation);
        return Reply.Keys(accessors);
    }

    /// <summary>Shows another's token; one whose entity is disabled or gone can still be looked at.</summary>
    private async ValueTask<Reply> ShowAsync(KernelRequest request, TokenRecord token, string id, CancellationToken cancellation) => Show(
        await WithTrueEndAsync(request, token, cancellation), id, await identities.FindAsync(request.Work, token.EntityId, cancellation), request.Now);

    /// <summary>Parents are read outside the request's unit of work: when they are renewed while it runs, that is no conflict.</summary>
    private ValueTask<TokenRecord> WithTrueEndAsync(KernelRequest request, TokenRecord token, CancellationToken cancellation) =>
        OwnerEnd.WithTrueEndAsync(transactions.Begin(), request.Router, token, cancellation);

    private static Reply Show(TokenRecord token, string id, CallerIdentity? identity, DateTimeOffset now) => Reply.With(json =>
    {
        json.WriteString("accessor", token.Accessor);
        if (!token.BoundCidrs.IsDefaultOrEmpty)
        {
            json.WriteTexts("bound_cidrs", token.BoundCidrs);
        }

        json.WriteNumber("creation_time", token.IssueTime.ToUnixTimeSeconds());
        json.WriteNumber("creation_ttl", (long)token.CreationTtl.TotalSeconds);
        json.WriteString("display_name", token.DisplayName);
        json.WriteString("entity_id", token.EntityId);
        json.WritePropertyName("expire_time");
        if (token.ExpireTime is { } end)
        {
            json.WriteStringValue(Rfc3339.Format(end));
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteNumber("explicit_max_ttl", (long)token.ExplicitMaxTtl.TotalSeconds);
        if (identity is { Policies.IsEmpty: false })
        {
            json.WriteStartObject("external_namespace_policies");
            json.WriteEndObject();
        }

        json.WriteString("id", id);
        if (identity is { Policies.IsEmpty: false })
        {
            json.WriteTexts("identity_policies", identity.Policies);
        }

        json.WriteString("issue_time", Rfc3339.Format(token.IssueTime));
        if (token.LastRenewal is { } renewed)
        {
            json.WriteString("last_renewal", Rfc3339.Format(renewed));
            json.WriteNumber("last_renewal_time", renewed.ToUnixTimeSeconds());
        }

        token.End?.WriteCause(json);
        json.WritePropertyName("meta");
        AuthInfo.WriteMap(json, token.Meta);
        json.WriteNumber("num_uses", token.NumUses);
        json.WriteBoolean("orphan", token.Orphan);
        json.WriteString("path", token.Path);
        if (token.Period > TimeSpan.Zero)
        {
            json.WriteNumber("period", (long)token.Period.TotalSeconds);
        }

        json.WriteTexts("policies", token.Policies);
        json.WriteBoolean("renewable", token.Renewable);
        if (token.Role.Length > 0)
        {
            json.WriteString("role", token.Role);
        }

        // Rounded up, so that a token of one hour still shows 3600 seconds after half a second.
        json.WriteNumber("ttl", token.ExpireTime is { } until ? Math.Max(0, (long)Math.Ceiling((until - now).TotalSeconds)) : 0);
        json.WriteString("type", token.IsBatch ? "batch" : "service");
    });
}
