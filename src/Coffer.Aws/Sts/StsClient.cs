using System.Globalization;
using System.Xml.Linq;
using Coffer.Aws.Calls;
using Coffer.Aws.Signing;

namespace Coffer.Aws.Sts;

/// <summary>The calls of STS, over its query protocol, version 2011-06-15. Every method throws <see cref="AwsException"/> and nothing else, besides cancellation.</summary>
/// <remarks>
/// The SDK's own client is not used: it signs with the machine's clock and pauses in real time, so that a test could steer neither.
/// </remarks>
public sealed class StsClient
{
    private readonly QueryClient _calls;

    /// <param name="http">Carries every attempt; its own timeout should be infinite, since attempts are timed here.</param>
    /// <param name="endpoint">Such as <c>https://sts.eu-west-1.amazonaws.com/</c>.</param>
    /// <param name="region">The region in the signature.</param>
    /// <param name="credentials">Asked before each attempt.</param>
    /// <param name="options">Timeouts and retries.</param>
    /// <param name="clock">Signing time, timeouts and pauses.</param>
    public StsClient(
        HttpClient http, Uri endpoint, string region, IAwsCredentialSource credentials, AwsCallOptions options, TimeProvider clock) =>
        _calls = new QueryClient(http, endpoint, "sts", "2011-06-15", region, credentials, options, clock);

    /// <summary>Who the credentials belong to. Needs no permission, so it also tells whether a key works yet.</summary>
    public ValueTask<AwsIdentity> GetCallerIdentityAsync(CancellationToken cancellation) =>
        CallAsync(
            "GetCallerIdentity", new QueryParameters(),
            static x => new AwsIdentity(x.Must("Account"), x.Must("Arn"), x.Must("UserId")), cancellation);

    public ValueTask<AwsSession> AssumeRoleAsync(AssumeRoleCall call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        var parameters = new QueryParameters()
            .Add("RoleArn", call.RoleArn)
            .Add("RoleSessionName", call.SessionName)
            .Add("ExternalId", call.ExternalId)
            .Add("SourceIdentity", call.SourceIdentity);
        AddCommon(parameters, call.Duration, call.Policy, call.PolicyArns, call.Tags);
        return CallAsync("AssumeRole", parameters, static x => ReadSession(x, "AssumedRoleUser", "AssumedRoleId"), cancellation);
    }

    /// <summary>Only long-term credentials of a user (or the account's root) may call this.</summary>
    public ValueTask<AwsSession> GetFederationTokenAsync(FederationCall call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        var parameters = new QueryParameters().Add("Name", call.Name);
        AddCommon(parameters, call.Duration, call.Policy, call.PolicyArns, call.Tags);
        return CallAsync("GetFederationToken", parameters, static x => ReadSession(x, "FederatedUser", "FederatedUserId"), cancellation);
    }

    /// <summary>Only long-term credentials of a user (or the account's root) may call this.</summary>
    public ValueTask<AwsSession> GetSessionTokenAsync(SessionTokenCall call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        var parameters = new QueryParameters().Add("SerialNumber", call.SerialNumber).Add("TokenCode", call.TokenCode);
        AddCommon(parameters, call.Duration, null, [], null);
        return CallAsync("GetSessionToken", parameters, static x => ReadSession(x, null, null), cancellation);
    }

    private static void AddCommon(
        QueryParameters parameters, TimeSpan? duration, string? policy, IReadOnlyList<string> policyArns,
        IReadOnlyDictionary<string, string>? tags)
    {
        parameters.Add("DurationSeconds", duration is { } span ? ((long)span.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null);
        parameters.Add("Policy", policy);
        for (var i = 0; i < policyArns.Count; i++)
        {
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"PolicyArns.member.{i + 1}.arn"), policyArns[i]);
        }

        parameters.AddTags(tags);
    }

    private static AwsSession ReadSession(XElement answer, string? user, string? id)
    {
        var keys = answer.Child("Credentials") ?? throw new InvalidDataException("the answer lacks the element Credentials");
        var who = user is null ? null : answer.Child(user);
        return new AwsSession(
            new AwsCredentials(keys.Must("AccessKeyId"), keys.Must("SecretAccessKey"), keys.Must("SessionToken")),
            keys.MustTime("Expiration"),
            who?.Text("Arn"),
            id is null ? null : who?.Text(id));
    }

    private async ValueTask<T> CallAsync<T>(
        string operation, QueryParameters parameters, Func<XElement, T> read, CancellationToken cancellation)
    {
        // A session that got lost on the way back ends by itself, so every call may be repeated.
        var answer = await _calls.CallAsync(operation, parameters, repeatable: true, marker: null, cancellation).ConfigureAwait(false);
        try
        {
            return read(answer);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException)
        {
            throw new AwsException(AwsErrorKind.Unknown, "UnreadableAnswer", $"sts:{operation}", error.Message, inner: error);
        }
    }
}
