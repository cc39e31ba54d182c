using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Coffer.Sdk.Leases;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>Makes the IAM user of a plan. Every step may be repeated: what is there already is found by its tag and gone on with.</summary>
internal sealed class UserCreation(IamClient iam, UserPlan plan, CreationTrace trace)
{
    private const int KeyAttemptsMax = 2;
    private const string CreatingUser = "Error creating IAM user";

    /// <summary>The key comes last, when every limit on it is in place, the hard end first of all.</summary>
    /// <exception cref="EngineException">AWS refused or was not reached; what was made until then is for revoking to remove.</exception>
    public async ValueTask<AwsCredentials> RunAsync(CancellationToken cancellation)
    {
        var isNew = await CreateUserAsync(cancellation);
        foreach (var policy in InlinePolicies.For(plan.Role, plan.PolicyDocument, plan.HardEnd))
        {
            await AwsFailure.During(
                "Error putting user policy", iam.PutUserPolicyAsync(plan.UserName, policy.Name, policy.Document, cancellation));
        }

        foreach (var arn in plan.PolicyArns)
        {
            await AwsFailure.During("Error attaching user policy", iam.AttachUserPolicyAsync(plan.UserName, arn, cancellation));
        }

        foreach (var group in plan.Groups)
        {
            await AwsFailure.During("Error adding user to group", iam.AddUserToGroupAsync(plan.UserName, group, cancellation));
        }

        return await CreateKeyAsync(isNew, cancellation);
    }

    /// <summary>True when the user is new; false when an earlier attempt made it.</summary>
    private async ValueTask<bool> CreateUserAsync(CancellationToken cancellation)
    {
        var user = new NewIamUser
        {
            UserName = plan.UserName,
            Path = plan.Path,
            Tags = plan.Tags,
            PermissionsBoundary = plan.PermissionsBoundary,
        };
        trace.NoteMaking();
        try
        {
            await iam.CreateUserAsync(user, cancellation);
            return true;
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.Conflict)
        {
            // A user that is there may be of an earlier attempt, until its tags show that it is not.
            if (await FindTakenAsync(cancellation) is not { } taken)
            {
                throw AwsFailure.Of(CreatingUser, error);
            }

            if (UserTags.IsOf(taken, plan))
            {
                return false;
            }

            trace.NoteFailure(error);
            throw new EngineException(
                FailureClass.Invalid,
                $"{CreatingUser}: {error.Code}: a user named {plan.UserName} exists that does not belong to this lease; "
                    + "ask again, and let username_template use more of random when this happens often",
                error);
        }
        catch (AwsException error)
        {
            trace.NoteFailure(error);
            throw AwsFailure.Of(CreatingUser, error);
        }
    }

    /// <summary>Who has the name; null when nobody has.</summary>
    private async ValueTask<IamUser?> FindTakenAsync(CancellationToken cancellation)
    {
        try
        {
            return await iam.GetUserAsync(plan.UserName, cancellation);
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.NotFound)
        {
            return null;
        }
        catch (AwsException error)
        {
            throw AwsFailure.Of(CreatingUser, error);
        }
    }

    /// <summary>A key whose making got no answer is lost, so whatever keys there are go before another try.</summary>
    private async ValueTask<AwsCredentials> CreateKeyAsync(bool isNew, CancellationToken cancellation)
    {
        const string Doing = "Error creating access keys";
        for (var attempt = 1; ; attempt++)
        {
            if (!isNew || attempt > 1)
            {
                await AwsFailure.During(Doing, new UserParts(iam, plan.UserName).RemoveKeysAsync(cancellation));
            }

            try
            {
                return (await iam.CreateAccessKeyAsync(plan.UserName, cancellation)).Credentials;
            }
            catch (AwsException error) when (!error.OutcomeUnknown || attempt == KeyAttemptsMax)
            {
                throw AwsFailure.Of(Doing, error);
            }
            catch (AwsException)
            {
                // Outcome unknown: the next turn removes what may have been made.
            }
        }
    }
}
