using Coffer.Kernel.Background;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Lockout;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Turns a successful login into a token, in the login's own unit of work.</summary>
internal sealed class LoginStep(
    TokenStore tokens, BatchTokens batchTokens, IdentityResolver identities, LoginLockout lockout, DueSignal due, KernelMetrics counters, IRandom random)
{
    public async ValueTask<KernelReply> IssueAsync(RequestContext context, Reply.Login login, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var grant = login.Grant;
        var mounted = context.Mounted!;
        var policies = TokenIssuer.Canonical(grant.Policies, addDefault: !grant.NoDefaultPolicy);
        if (policies.Contains("root"))
        {
            return KernelReply.OfRefusal(ErrorKind.Invalid, "auth methods cannot create root tokens");
        }

        if (PolicyNames.ProblemOf(grant.Policies, "token_policies") is { } unnamed)
        {
            return KernelReply.OfRefusal(ErrorKind.Invalid, unnamed);
        }

        if (!IdentityName.TryParse(grant.AliasName, out var alias))
        {
            return KernelReply.OfRefusal(ErrorKind.Invalid, "invalid alias name");
        }

        if (lockout.IsLocked(mounted.Mount, alias))
        {
            return new KernelReply(new Reply.Refused(ApiError.PermissionDenied));
        }

        var entity = await IdentityLogin.FindOrCreateAsync(context.Work, random, context.Now, mounted.Mount.Accessor, alias, grant.AliasMetadata, cancellation);
        if (entity.Disabled)
        {
            return new KernelReply(new Reply.Refused(ApiError.PermissionDenied));
        }

        entity = await IdentityLogin.FollowGroupsAsync(context.Work, entity, mounted.Mount.Accessor, grant.GroupAliases, cancellation);
        var identity = await identities.OfAsync(context.Work, entity, cancellation);

        var now = context.Now;
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
        var terms = new TokenRecord
        {
            Policies = [.. policies],
            Path = context.FullPath,
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
            Renewable = grant.Renewable,
            EntityId = entity.Id,
            BoundCidrs = grant.BoundCidrs,
            Internal = grant.Internal,
        };
        var (token, text) = IsBatch(grant.Kind, mounted.Mount.Tuning.TokenType) ? batchTokens.New(terms) : tokens.New(terms);
        if (!token.IsBatch)
        {
            TokenStore.Add(context.Work, token);
        }

        var warnings = granted.Warning is null ? login.Warnings : login.Warnings.Add(granted.Warning);
        return new KernelReply(new Reply.Empty { Warnings = warnings })
        {
            Shape = new ReplyShape { Auth = TokenIssuer.AuthOf(token, text, identity.Policies), End = token.End },
            Entrusts = new Entrusted("", token.Accessor),
            Effect = _ =>
            {
                lockout.Clear(mounted.Mount.Accessor, alias);
                counters.CountToken(mounted.Mount.Type, token.IsBatch);
                due.Add(token.Due ?? DateTimeOffset.MaxValue);
                return ValueTask.FromResult<Reply?>(null);
            },
        };
    }

    /// <summary>A login that failed: counted once it is certain, and before anybody sees the answer.</summary>
    /// <returns>The refusal. To a name that this failure or an earlier one has locked out, it is the same whether or not the secret was right.</returns>
    public KernelReply Fail(RequestContext context, Reply.Refused failed) => new(failed)
    {
        Effect = _ => ValueTask.FromResult<Reply?>(
            IdentityName.TryParse(failed.FailedLogin, out var name) && lockout.NoteFailure(context.Mounted!.Mount, name)
                ? new Reply.Refused(ApiError.PermissionDenied)
                : null),
    };

    /// <summary>A mount that says <c>service</c> or <c>batch</c> gives nothing else; one that says <c>default-</c> gives that kind to logins that ask for none.</summary>
    private static bool IsBatch(LoginTokenKind asked, string mountType) => mountType switch
    {
        "batch" => true,
        "service" => false,
        _ => asked == LoginTokenKind.Batch || (asked == LoginTokenKind.MountDefault && mountType == "default-batch"),
    };
}
