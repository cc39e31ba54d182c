using Coffer.Aws.Calls;
using Coffer.Aws.Signing;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Aws.Configuration;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>The credentials of this engine: the key of an IAM user of its own, or a session of STS.</summary>
internal sealed class AccessKeys(AwsAccount account) : IDynamicSecret
{
    public const string SecretName = "access_keys";

    public string Name => SecretName;

    public async ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
    {
        var decided = AccessKeysPlan.Of(plan);
        var trace = new CreationTrace();
        try
        {
            var connection = await account.ConnectAsync(context.Storage, cancellation);
            if (decided.Session is { } session)
            {
                // A session that is made late ends by itself, and could not be taken away: there is nothing to look for.
                return await new SessionCreation(connection, session, context.Now, trace).RunAsync(cancellation);
            }

            // One of the two is there: AccessKeysPlan.Of sees to it.
            var key = await new UserCreation(connection.Iam(trace.NoteUnanswered), decided.User!, trace).RunAsync(cancellation);
            return new CreatedSecret(ReplyData(key, arn: null, notice: decided.User!.Notice)) { Unsettled = trace.IsUnanswered };
        }
        catch (EngineException error)
        {
            // The failure that ended it may have been an answer, and that of an earlier call none.
            throw new EngineException(error.Failure, error.Message, error)
            {
                Unsettled = trace.IsUnanswered,
                NothingMade = !trace.MayHaveMade && !trace.IsUnanswered,
            };
        }
    }

    public async ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation)
    {
        if (AccessKeysPlan.Of(plan).User is not { } user)
        {
            throw new EngineException(FailureClass.Invalid, "lease is not renewable");
        }

        var mount = await context.Storage.GetAsync(LeaseConfig.Key, AwsJson.Default.LeaseConfig, cancellation) ?? LeaseConfig.Default;
        var config = mount.Under(user.DefaultTtl, user.MaxTtl);
        var ttl = increment > TimeSpan.Zero ? increment
            : config.Lease > TimeSpan.Zero ? config.Lease
            : context.Mount.DefaultLeaseTtl;
        var hardEnd = HardEnd.After(context.IssueTime, config.EffectiveMax(context.Mount.MaxLeaseTtl), context.OwnerEnd);
        var reach = context.Now + ttl;
        if (reach > user.HardEnd && hardEnd > user.HardEnd)
        {
            await ExtendAsync(context, user with { HardEnd = hardEnd }, cancellation);
        }

        return new Renewal(ttl, config.LeaseMax);
    }

    public async ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
    {
        // A session cannot be taken back: it ends when AWS said it would.
        if (AccessKeysPlan.Of(plan).User is { } user)
        {
            var connection = await account.ConnectAsync(context.Storage, cancellation);
            await new UserRemoval(connection.Iam(), user, context.IssueTime).RunAsync(cancellation);
        }
    }

    /// <summary>
    /// The <c>data</c> of the reply. Of a session, clients of today look for <c>session_token</c>, older ones for <c>security_token</c>; a user's key has
    /// neither, and the null that has always stood there is enough.
    /// </summary>
    internal static JsonText ReplyData(AwsCredentials key, string? arn, TimeSpan? ttl = null, string? notice = null) => JsonText.Write(json =>
    {
        json.WriteString("access_key", key.AccessKeyId);
        json.WriteString("secret_key", key.SecretAccessKey);
        json.WriteString("security_token", key.SessionToken);
        if (key.SessionToken is { } session)
        {
            json.WriteString("session_token", session);
        }

        if (arn is not null)
        {
            json.WriteString("arn", arn);
        }

        if (ttl is { } life)
        {
            json.WriteNumber("ttl", (long)life.TotalSeconds);
        }

        if (notice is not null)
        {
            json.WriteString("notice", notice);
        }
    });

    /// <summary>The maximum was raised since the user was made: AWS has to know before the client gets the answer.</summary>
    private async ValueTask ExtendAsync(SecretContext context, UserPlan user, CancellationToken cancellation)
    {
        var iam = (await account.ConnectAsync(context.Storage, cancellation)).Iam();
        try
        {
            // Each put replaces a policy whole, so the key is under one hard end or the other at any moment.
            foreach (var policy in InlinePolicies.For(user.Role, user.PolicyDocument, user.HardEnd))
            {
                await iam.PutUserPolicyAsync(user.UserName, policy.Name, policy.Document, cancellation);
            }

            var tags = new Dictionary<string, string>(StringComparer.Ordinal) { [UserTags.Expires] = UserTags.Time(user.HardEnd) };
            await iam.TagUserAsync(user.UserName, tags, cancellation);
        }
        catch (AwsException error)
        {
            throw AwsFailure.Of($"Error extending IAM user {user.UserName}", error);
        }
    }
}
