using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Coffer.Aws.Calls;

namespace Coffer.Aws.Iam;

/// <summary>The calls of IAM that making, watching and taking away credentials needs, over its query protocol, version 2010-05-08.</summary>
/// <remarks>
/// Every method throws <see cref="AwsException"/> and nothing else, besides cancellation. Calls are repeated when throttled and, where
/// a repetition is harmless, on network and server errors; so a removal that answers NotFound may have been one's own first attempt.
/// Every list is complete: pages are followed to the end.
/// </remarks>
public sealed partial class IamClient
{
    private const string ApiVersion = "2010-05-08";

    /// <summary>More pages than any list of an account has: an endpoint that never ends one is not waited for.</summary>
    private const int PagesMax = 100;

    private readonly QueryClient _calls;

    /// <param name="http">Carries every attempt; its own timeout should be infinite, since attempts are timed here.</param>
    /// <param name="endpoint">Such as <c>https://iam.amazonaws.com/</c>.</param>
    /// <param name="region">The region in the signature: <c>us-east-1</c> in the standard partition.</param>
    /// <param name="credentials">Asked before each attempt.</param>
    /// <param name="options">Timeouts and retries.</param>
    /// <param name="clock">Signing time, timeouts and pauses.</param>
    public IamClient(
        HttpClient http, Uri endpoint, string region, IAwsCredentialSource credentials, AwsCallOptions options, TimeProvider clock) =>
        _calls = new QueryClient(http, endpoint, "iam", ApiVersion, region, credentials, options, clock);

    /// <summary>Conflict when the name is taken, in whatever case.</summary>
    public async ValueTask<IamUser> CreateUserAsync(NewIamUser user, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(user);
        var parameters = Of("UserName", user.UserName)
            .Add("Path", user.Path)
            .Add("PermissionsBoundary", user.PermissionsBoundary)
            .AddTags(user.Tags);
        return await GetAsync("CreateUser", parameters, static x => ReadUser(Part(x, "User")), cancellation).ConfigureAwait(false);
    }

    /// <summary>The user of that name; null asks for the caller's own.</summary>
    public ValueTask<IamUser> GetUserAsync(string? userName, CancellationToken cancellation) =>
        GetAsync("GetUser", Of("UserName", userName), static x => ReadUser(Part(x, "User")), cancellation);

    /// <summary>Conflict while anything of the user's is left; see the removals below.</summary>
    public ValueTask DeleteUserAsync(string userName, CancellationToken cancellation) =>
        DoAsync("DeleteUser", Of("UserName", userName), cancellation);

    /// <summary>All users below a path such as <c>/coffer/</c>; <c>/</c> means all. Pages are read as the caller goes on.</summary>
    public IAsyncEnumerable<IamUser> ListUsersAsync(string pathPrefix, CancellationToken cancellation) =>
        PagesAsync("ListUsers", Of("PathPrefix", pathPrefix).Add("MaxItems", "1000"), "Users", ReadUser, cancellation);

    public ValueTask TagUserAsync(string userName, IReadOnlyDictionary<string, string> tags, CancellationToken cancellation) =>
        DoAsync("TagUser", Of("UserName", userName).AddTags(tags), cancellation);

    public ValueTask UntagUserAsync(string userName, IReadOnlyList<string> tagKeys, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tagKeys);
        return DoAsync("UntagUser", Of("UserName", userName).AddList("TagKeys", tagKeys), cancellation);
    }

    public ValueTask DeleteUserPermissionsBoundaryAsync(string userName, CancellationToken cancellation) =>
        DoAsync("DeleteUserPermissionsBoundary", Of("UserName", userName), cancellation);

    public ValueTask<IamRole> GetRoleAsync(string roleName, CancellationToken cancellation) =>
        GetAsync("GetRole", Of("RoleName", roleName), static x => ReadRole(Part(x, "Role")), cancellation);

    private static QueryParameters Of(string name, string? value) => new QueryParameters().Add(name, value);

    private static XElement Part(XElement element, string name) =>
        element.Child(name) ?? throw new InvalidDataException($"the answer lacks the element {name}");

    private static IamUser ReadUser(XElement user) => new()
    {
        UserName = user.Must("UserName"),
        UserId = user.Must("UserId"),
        Arn = user.Must("Arn"),
        Path = user.Text("Path") ?? "/",
        Created = user.MustTime("CreateDate"),
        Tags = user.Tags(),
        PermissionsBoundary = user.Child("PermissionsBoundary")?.Text("PermissionsBoundaryArn"),
    };

    private static IamRole ReadRole(XElement role) => new(
        role.Must("RoleName"),
        role.Must("RoleId"),
        role.Must("Arn"),
        role.Text("Path") ?? "/",
        Uri.UnescapeDataString(role.Text("AssumeRolePolicyDocument") ?? ""),
        TimeSpan.FromSeconds(int.Parse(role.Text("MaxSessionDuration") ?? "3600", System.Globalization.CultureInfo.InvariantCulture)));

    private async ValueTask DoAsync(string operation, QueryParameters parameters, CancellationToken cancellation) =>
        await _calls.CallAsync(operation, parameters, repeatable: true, marker: null, cancellation).ConfigureAwait(false);

    private async ValueTask<T> GetAsync<T>(
        string operation, QueryParameters parameters, Func<XElement, T> read, CancellationToken cancellation, bool repeatable = true)
    {
        var answer = await _calls.CallAsync(operation, parameters, repeatable, marker: null, cancellation).ConfigureAwait(false);
        return Read(operation, answer, read);
    }

    private static T Read<T>(string operation, XElement answer, Func<XElement, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException or OverflowException)
        {
            throw new AwsException(AwsErrorKind.Unknown, "UnreadableAnswer", $"iam:{operation}", error.Message, inner: error);
        }
    }

    private async ValueTask<IReadOnlyList<T>> ListAsync<T>(
        string operation, QueryParameters parameters, string list, Func<XElement, T> read, CancellationToken cancellation)
    {
        var all = new List<T>();
        await foreach (var item in PagesAsync(operation, parameters, list, read, cancellation).ConfigureAwait(false))
        {
            all.Add(item);
        }

        return all;
    }

    private async IAsyncEnumerable<T> PagesAsync<T>(
        string operation, QueryParameters parameters, string list, Func<XElement, T> read,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? marker = null;
        var pages = 0;
        do
        {
            if (++pages > PagesMax)
            {
                throw new AwsException(AwsErrorKind.Unknown, "UnreadableAnswer", $"iam:{operation}", $"the list has more than {PagesMax} pages");
            }

            var answer = await _calls.CallAsync(operation, parameters, repeatable: true, marker, cancellation).ConfigureAwait(false);
            foreach (var item in Read(operation, answer, x => x.Members(list).Select(read).ToList()))
            {
                yield return item;
            }

            var next = answer.Text("IsTruncated") == "true" ? answer.Text("Marker") : null;
            if (next is not null && next == marker)
            {
                throw new AwsException(AwsErrorKind.Unknown, "UnreadableAnswer", $"iam:{operation}", "two pages carry the same marker");
            }

            marker = next;
        }
        while (!string.IsNullOrEmpty(marker));
    }
}
