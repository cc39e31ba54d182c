using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;
using Coffer.Secrets.Aws.Credentials;
using Coffer.Text;

namespace Coffer.Secrets.Aws.Configuration;

/// <summary>
/// Replaces the key by which a mount reaches AWS: makes another, stores it, sees it work, puts it into <c>config/root</c>, deletes the old one. At every
/// moment <c>config/root</c> holds a key that works, and every key that was made is known to the store or found again.
/// </summary>
internal sealed class RootRotation(AwsAccount account, TimeProvider clock) : IEngineTask
{
    public const string TaskName = "root";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    /// <summary>From the asking on: the time that one call has, and the age at which AWS refuses its signature.</summary>
    private static readonly TimeSpan LateCallMax = TimeSpan.FromMinutes(16);

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(500);

    public string Name => TaskName;

    public async ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation)
    {
        var storage = context.Read();
        var state = await storage.GetAsync(RootRotationState.Key, AwsJson.Default.RootRotationState, cancellation);
        var config = await storage.GetAsync(RootConfig.Key, AwsJson.Default.RootConfig, cancellation);
        if (state is null || config is null)
        {
            return await EndAsync(context, Failed("no rotation of config/root is under way"), cancellation);
        }

        var connection = await account.ConnectAsync(storage, cancellation);
        if (state.NewKeyId.Length > 0 && config.AccessKey == state.NewKeyId)
        {
            return await DeleteOldAsync(context, connection.Iam(), state, cancellation);
        }

        if (config.AccessKey != state.OldKeyId)
        {
            // Somebody wrote another key there, which may be of another user: what was made can only be deleted by the key that made it.
            return await EndAsync(context, Failed(Changed(state)), cancellation);
        }

        try
        {
            if (state.NewKeyId.Length == 0)
            {
                state = await MakeAsync(context, connection.Iam(), state, cancellation);
            }
        }
        catch (AwsException error)
        {
            var reply = Failed($"error calling CreateAccessKey: {AwsFailure.Words(error)}");
            state = await context.Read().GetAsync(RootRotationState.Key, AwsJson.Default.RootRotationState, cancellation) ?? state;
            return IsUnknown(error) || state.LateUntil > context.Now ? TaskOutcome.Unfinished(reply) : await EndAsync(context, reply, cancellation);
        }

        var fresh = connection.IamWith(new StaticCredentialSource(new AwsCredentials(state.NewKeyId, state.NewSecret, null)));
        if (!await WorksAsync(fresh, cancellation))
        {
            await connection.Iam().DeleteAccessKeyAsync(state.UserName, state.NewKeyId, cancellation);
            return await EndAsync(context, Failed($"AWS did not accept the new key within {Patience.TotalSeconds} s, so it was deleted and the old one stays"), cancellation);
        }

        if (!await SwitchAsync(context, state, cancellation))
        {
            await connection.Iam().DeleteAccessKeyAsync(state.UserName, state.NewKeyId, cancellation);
            return await EndAsync(context, Failed(Changed(state)), cancellation);
        }

        return await DeleteOldAsync(context, fresh, state, cancellation);
    }

    /// <summary>Makes a key and stores it. One that an earlier run made, and whose secret is lost, goes first.</summary>
    private static async ValueTask<RootRotationState> MakeAsync(ITaskContext context, IamClient iam, RootRotationState state, CancellationToken cancellation)
    {
        var keys = await TryListAsync(iam, cancellation);
        if (state.KeysBefore is not { } before)
        {
            state = state with { KeysBefore = [.. keys.Select(key => key.AccessKeyId)], AskTime = context.Now };
        }
        else
        {
            await DeleteUnknownAsync(iam, keys, state, cancellation);
            state = state with { AskTime = context.Now, LateUntil = state.AskTime + LateCallMax ?? state.LateUntil };
        }

        await PutAsync(context, state, cancellation);
        var made = await iam.CreateAccessKeyAsync(null, cancellation);
        state = state with { AskTime = null, NewKeyId = made.Credentials.AccessKeyId, NewSecret = made.Credentials.SecretAccessKey, UserName = made.UserName };
        await PutAsync(context, state, cancellation);
        return state;
    }

    /// <summary>Deletes keys that an unanswered call made, whose secrets nobody has. Without a list of the keys from before, it is not known which those are.</summary>
    private static async ValueTask DeleteUnknownAsync(IamClient iam, IReadOnlyList<IamAccessKey> keys, RootRotationState state, CancellationToken cancellation)
    {
        if (state.KeysBefore is not { IsEmpty: false } before)
        {
            return;
        }

        foreach (var lost in keys.Where(key => !before.Contains(key.AccessKeyId) && key.AccessKeyId != state.NewKeyId))
        {
            await iam.DeleteAccessKeyAsync(lost.UserName, lost.AccessKeyId, cancellation);
        }
    }

    /// <summary>The caller's keys; none where its policy does not let it see them, which rotating does not need.</summary>
    private static async ValueTask<IReadOnlyList<IamAccessKey>> TryListAsync(IamClient iam, CancellationToken cancellation)
    {
        try
        {
            return await iam.ListAccessKeysAsync(null, cancellation);
        }
        catch (AwsException)
        {
            // What is really wrong, the next call tells.
            return [];
        }
    }

    private async ValueTask<bool> WorksAsync(IamClient fresh, CancellationToken cancellation)
    {
        var end = clock.GetUtcNow() + Patience;
        while (true)
        {
            try
            {
                await fresh.GetUserAsync(null, cancellation);
                return true;
            }
            catch (AwsException error) when (error.Code.StartsWith("AccessDenied", StringComparison.Ordinal))
            {
                // Known to AWS, and only not allowed to look.
                return true;
            }
            catch (AwsException) when (clock.GetUtcNow() < end)
            {
                await Task.Delay(AskAgainAfter, clock, cancellation);
            }
            catch (AwsException)
            {
                return false;
            }
        }
    }

    private static async ValueTask<bool> SwitchAsync(ITaskContext context, RootRotationState state, CancellationToken cancellation)
    {
        var switched = false;
        await context.CommitAsync(
            async storage =>
            {
                var config = await storage.GetAsync(RootConfig.Key, AwsJson.Default.RootConfig, cancellation);
                switched = config?.AccessKey == state.OldKeyId;
                if (switched)
                {
                    storage.Put(RootConfig.Key, config! with { AccessKey = state.NewKeyId, SecretKey = state.NewSecret }, AwsJson.Default.RootConfig);
                }
            },
            cancellation);
        return switched;
    }

    private static async ValueTask<TaskOutcome> DeleteOldAsync(ITaskContext context, IamClient iam, RootRotationState state, CancellationToken cancellation)
    {
        var reply = Reply.With(json => json.WriteString("access_key", state.NewKeyId));
        try
        {
            await iam.DeleteAccessKeyAsync(state.UserName, state.OldKeyId, cancellation);
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.NotFound)
        {
            // Deleted by hand, or by a run that was cut off.
        }
        catch (AwsException error)
        {
            return TaskOutcome.Unfinished(
                reply with { Warnings = [$"the new key is in use, but the old one, {state.OldKeyId}, could not be deleted yet; it is tried again every few minutes: {AwsFailure.Words(error)}"] });
        }

        return await SweepAsync(context, iam, state, cancellation)
            ? await EndAsync(context, reply, cancellation)
            : TaskOutcome.Unfinished(
                reply with { Warnings = ["the new key is in use; a key that AWS was asked for before, without an answer, is looked for and deleted until AWS cannot make it any more"] });
    }

    /// <summary>Deletes what came late of an earlier run.</summary>
    /// <returns>False when more may come.</returns>
    private static async ValueTask<bool> SweepAsync(ITaskContext context, IamClient iam, RootRotationState state, CancellationToken cancellation)
    {
        if (state.LateUntil is not { } until)
        {
            return true;
        }

        var now = context.Now;
        try
        {
            await DeleteUnknownAsync(iam, await iam.ListAccessKeysAsync(null, cancellation), state, cancellation);
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.AccessDenied)
        {
            // Whether or not one comes, these credentials may not see it: looking on would not help.
            return true;
        }
        catch (AwsException)
        {
            return false;
        }

        return now >= until;
    }

    private static async ValueTask<TaskOutcome> EndAsync(ITaskContext context, Reply reply, CancellationToken cancellation)
    {
        await context.CommitAsync(
            storage =>
            {
                storage.Delete(RootRotationState.Key);
                return ValueTask.CompletedTask;
            },
            cancellation);
        return TaskOutcome.Done(reply);
    }

    private static ValueTask PutAsync(ITaskContext context, RootRotationState state, CancellationToken cancellation) => context.CommitAsync(
        storage =>
        {
            storage.Put(RootRotationState.Key, state, AwsJson.Default.RootRotationState);
            return ValueTask.CompletedTask;
        },
        cancellation);

    private static bool IsUnknown(AwsException error) => error.Kind is AwsErrorKind.Network or AwsErrorKind.Server or AwsErrorKind.Unknown;

    private static string Changed(RootRotationState state) => state.NewKeyId.Length == 0
        ? "config/root was changed while its key was being replaced, so nothing was replaced"
        : $"config/root was changed while its key was being replaced, so nothing was replaced; delete key {state.NewKeyId} at AWS if it is still there";

    private static Reply Failed(string reason) => Reply.Refuse(ErrorKind.Internal, GoText.Errors([reason]));
}
