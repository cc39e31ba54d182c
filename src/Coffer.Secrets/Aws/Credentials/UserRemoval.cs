using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Sdk.Leases;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>Removes the IAM user of a plan, however far making it came. The keys go first: then the rest is only tidying up.</summary>
/// <remarks>
/// Only a user that carries this lease's tag is touched. Without the tag it is left alone: as done when it cannot be ours (it belongs to another
/// lease, or is older than this one), and for an operator to look at when it might be (somebody took the tag off).
/// </remarks>
/// <param name="iam">The account.</param>
/// <param name="plan">The user.</param>
/// <param name="issueTime">When the lease was made: no user of it is older.</param>
internal sealed class UserRemoval(IamClient iam, UserPlan plan, DateTimeOffset issueTime)
{
    /// <summary>How far AWS's clock may be from ours: what it accepts in signatures.</summary>
    private static readonly TimeSpan ClockSkewMax = TimeSpan.FromMinutes(15);

    private readonly UserParts _parts = new(iam, plan.UserName);

    /// <exception cref="EngineException">Something is left. Calling again goes on where this stopped.</exception>
    public async ValueTask RunAsync(CancellationToken cancellation)
    {
        try
        {
            if (await FindAsync(cancellation) && !await SweepAsync(extras: false, cancellation))
            {
                await SweepAsync(extras: true, cancellation);
            }
        }
        catch (AwsException error)
        {
            throw AwsFailure.Of($"Error removing IAM user {plan.UserName}", error);
        }
    }

    /// <summary>True when the user is there and ours.</summary>
    private async ValueTask<bool> FindAsync(CancellationToken cancellation)
    {
        IamUser user;
        try
        {
            user = await iam.GetUserAsync(plan.UserName, cancellation);
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.NotFound)
        {
            // A read may lag behind a user made a moment ago. Deleting is decided where users are kept, and fails on one that has anything.
            await DeleteUnseenAsync(cancellation);
            return false;
        }

        if (UserTags.IsOf(user, plan))
        {
            return true;
        }

        if (UserTags.IsOfALease(user) || user.Created < issueTime - ClockSkewMax)
        {
            return false;
        }

        throw new EngineException(
            FailureClass.NeedsOperator,
            $"the IAM user {plan.UserName} lacks the tag {UserTags.Lease}={plan.Tags[UserTags.Lease]}, so it is left alone: put the tag back and revoke "
                + "again, or delete the user; if it was made for something else, force this revocation");
    }

    /// <summary>False when AWS says that something else still hangs on the user: then all of it has to be looked for.</summary>
    private async ValueTask<bool> SweepAsync(bool extras, CancellationToken cancellation)
    {
        await _parts.RemoveKeysAsync(cancellation);
        await _parts.RemoveRightsAsync(plan.Role, cancellation);
        if (extras)
        {
            await _parts.RemoveExtrasAsync(cancellation);
        }

        try
        {
            await DeleteAsync(cancellation);
            return true;
        }
        catch (AwsException error) when (!extras && error.Kind == AwsErrorKind.Conflict)
        {
            return false;
        }
    }

    private async ValueTask DeleteUnseenAsync(CancellationToken cancellation)
    {
        try
        {
            await DeleteAsync(cancellation);
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.Conflict)
        {
            throw new EngineException(
                FailureClass.Transient, $"IAM does not show the user {plan.UserName} yet, but has it: its removal will be tried again", error);
        }
    }

    /// <summary>Done when the user is gone, also when somebody else removed it.</summary>
    private async ValueTask DeleteAsync(CancellationToken cancellation)
    {
        try
        {
            await iam.DeleteUserAsync(plan.UserName, cancellation);
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.NotFound)
        {
            // Gone is what was wanted.
        }
    }
}
