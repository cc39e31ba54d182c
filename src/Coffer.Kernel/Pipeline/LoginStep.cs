using Coffer.Kernel.Identity;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Turns a successful login into a token, in the login's own unit of work.</summary>
internal sealed class LoginStep(KernelServices services)
{
    public async ValueTask<Outcome> IssueAsync(Way way, Reply.Login login, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var grant = login.Grant;
        var mounted = way.Mounted!;
        var policies = TokenIssuer.Canonical(grant.Policies, addDefault: !grant.NoDefaultPolicy);
        if (policies.Contains("root"))
        {
            return Refuse("auth methods cannot create root tokens");
        }

        if (!IdentityName.TryParse(grant.AliasName, out var alias))
        {
            return Refuse("invalid alias name");
        }

        if (services.Lockout.IsLocked(mounted.Mount, alias))
        {
            return new Outcome(new Reply.Refused(ApiError.PermissionDenied), ReplyShape.Usual);
        }

        var entity = await IdentityLogin.FindOrCreateAsync(way.Work, services, mounted.Mount.Accessor, alias, grant.AliasMetadata, cancellation);
        if (entity.Disabled)
        {
            return new Outcome(new Reply.Refused(ApiError.PermissionDenied), ReplyShape.Usual);
        }

        entity = await IdentityLogin.FollowGroupsAsync(way.Work, entity, mounted.Mount.Accessor, grant.GroupAliases, cancellation);
        var identity = await services.Identities.OfAsync(way.Work, entity, cancellation);

        var now = services.Clock.GetUtcNow();
        var granted = TtlRules.Grant(new TtlRequest
        {
            Proposed = grant.Ttl,
            Default = mounted.View.DefaultLeaseTtl,
            Max = mounted.View.MaxLeaseTtl,
            OwnMax = grant.MaxTtl,
            ExplicitMax = grant.ExplicitMaxTtl,
            Period = grant.Period,
            Issued = now,
            Now = now,
        });
        var path = way.FullPath;
        var isBatch = IsBatch(grant.Kind, mounted.Mount.Tuning.TokenType);
        var accessor = isBatch ? "" : services.Tokens.NewAccessor();
        var text = isBatch ? "" : services.Tokens.NewText(accessor);
        var token = new TokenRecord
        {
            Accessor = accessor,
            Hash = isBatch ? [] : services.Tokens.HashOf(text),
            IsBatch = isBatch,
            Policies = [.. policies],
            Path = path,
            MountUuid = mounted.Mount.Uuid,
            DisplayName = $"{mounted.Mount.Path["auth/".Length..^1].Replace('/', '-')}-{grant.DisplayName}",
            Meta = grant.Metadata,
            NumUses = grant.NumUses,
            IssueTime = now,
            ExpireTime = now + granted.Ttl,
            CreationTtl = granted.Ttl,
            LastTtl = granted.Ttl,
            LimitedBy = granted.Bound,
            ExplicitMaxTtl = grant.ExplicitMaxTtl,
            Period = grant.Period,
            MaxTtl = grant.MaxTtl,
            Renewable = grant.Renewable && !isBatch,
            EntityId = entity.Id,
            BoundCidrs = grant.BoundCidrs,
            Internal = grant.Internal,
            LeaseId = isBatch ? "" : TokenIssuer.LeaseIdOf(path, accessor),
            Due = isBatch ? null : now + granted.Ttl,
        };
        if (isBatch)
        {
            text = services.BatchTokens.Issue(token);
        }
        else
        {
            TokenStore.Add(way.Work, token);
            services.Due.Add(token.Due!.Value);
        }

        var warnings = granted.Warning is null ? login.Warnings : login.Warnings.Add(granted.Warning);
        return new Outcome(
            new Reply.Empty { Warnings = warnings }, new ReplyShape { Auth = TokenIssuer.AuthOf(token, text, identity.Policies), End = LeaseEnd.Of(token) });
    }

    /// <summary>What a login's outcome means for the next ones; after the commit, and before anybody sees the answer.</summary>
    /// <returns>The answer: to a name that is locked out by now, the same whether or not the secret was right.</returns>
    public Outcome Settle(Way way, Reply reply, Outcome outcome)
    {
        switch (reply)
        {
            case Reply.Refused { FailedLogin: { Length: > 0 } failed } when IdentityName.TryParse(failed, out var name):
                return services.Lockout.NoteFailure(way.Mounted!.Mount, name)
                    ? new Outcome(new Reply.Refused(ApiError.PermissionDenied), ReplyShape.Usual)
                    : outcome;
            case Reply.Login login when outcome.Reply is not Reply.Refused && IdentityName.TryParse(login.Grant.AliasName, out var name):
                services.Lockout.Clear(way.Mounted!.Mount.Accessor, name);
                return outcome;
            default:
                return outcome;
        }
    }

    /// <summary>A mount that says <c>service</c> or <c>batch</c> gives nothing else; one that says <c>default-</c> gives it to who does not ask.</summary>
    private static bool IsBatch(LoginTokenKind asked, string mountType) => mountType switch
    {
        "batch" => true,
        "service" => false,
        _ => asked == LoginTokenKind.Batch || (asked == LoginTokenKind.MountDefault && mountType == "default-batch"),
    };

    private static Outcome Refuse(string message) => new(Reply.Invalid(message), ReplyShape.Usual);
}
