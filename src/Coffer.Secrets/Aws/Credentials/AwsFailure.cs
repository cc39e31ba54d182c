using System.Globalization;
using Coffer.Aws.Calls;
using Coffer.Sdk.Leases;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>The one place where a failed call to AWS becomes a failure of this engine.</summary>
internal static class AwsFailure
{
    /// <param name="doing">What was tried, in Vault's words: <c>Error creating IAM user</c>.</param>
    public static EngineException Of(string doing, AwsException error)
    {
        var remedy = Remedy(error);
        return new EngineException(
            ClassOf(error), $"{doing}: {Words(error)}{(remedy.Length > 0 ? $"\n\t{remedy}" : "")}", error);
    }

    /// <summary>What AWS answered, in Vault's words.</summary>
    public static string Words(AwsException error)
    {
        var trace = error.Status is { } status ? $"\n\tstatus code: {(int)status}, request id: {error.RequestId}" : "";
        return $"{error.Code}: {error.Detail}{trace}";
    }

    /// <summary>Awaits a call, turning its failure into one of this engine.</summary>
    public static async ValueTask During(string doing, ValueTask call)
    {
        try
        {
            await call;
        }
        catch (AwsException error)
        {
            throw Of(doing, error);
        }
    }

    /// <summary>Awaits a call, turning its failure into one of this engine.</summary>
    public static async ValueTask<T> During<T>(string doing, ValueTask<T> call)
    {
        try
        {
            return await call;
        }
        catch (AwsException error)
        {
            throw Of(doing, error);
        }
    }

    private static FailureClass ClassOf(AwsException error) => error.Kind switch
    {
        AwsErrorKind.Throttled => FailureClass.Throttled,
        AwsErrorKind.Network or AwsErrorKind.Server or AwsErrorKind.Unknown => FailureClass.Transient,
        AwsErrorKind.Conflict when IsPassing(error) => FailureClass.Transient,
        AwsErrorKind.AccessDenied or AwsErrorKind.Conflict or AwsErrorKind.LimitExceeded => FailureClass.NeedsOperator,
        _ => FailureClass.Invalid,
    };

    /// <summary>Two of AWS's conflicts end by themselves.</summary>
    private static bool IsPassing(AwsException error) =>
        error.Code is "ConcurrentModification" or "ConcurrentModificationException" or "EntityTemporarilyUnmodifiable";

    private static string Remedy(AwsException error) => error.Kind switch
    {
        AwsErrorKind.AccessDenied when error.IsAboutTime => ClockRemedy(error.ClockAhead),
        AwsErrorKind.AccessDenied when IsMissingPermission(error) => PermissionRemedy.Of(error),

        // Without a status AWS was not asked: there were no credentials to ask with, which the error says itself.
        AwsErrorKind.AccessDenied when error.Status is null => "",
        AwsErrorKind.AccessDenied => "AWS does not accept the credentials of this mount: check config/root",
        AwsErrorKind.LimitExceeded => "a quota of the AWS account is used up",
        AwsErrorKind.Conflict when error.Code.StartsWith("DeleteConflict", StringComparison.Ordinal) =>
            "something that this server cannot see is still attached: remove it by hand, then revoke again",
        _ => "",
    };

    private static string ClockRemedy(TimeSpan? ahead) => string.Create(
        CultureInfo.InvariantCulture,
        $"AWS refuses the signature because of its time, not because of the key: the clock of this server is {(ahead is { } off ? $"{(long)off.Duration().TotalSeconds} s {(off > TimeSpan.Zero ? "ahead of" : "behind")}" : "off from")} that of AWS; set it right, best by a time service, and look at sys/clock");

    private static bool IsMissingPermission(AwsException error) =>
        error.Code.StartsWith("AccessDenied", StringComparison.Ordinal) || error.Code.StartsWith("UnauthorizedOperation", StringComparison.Ordinal);
}
