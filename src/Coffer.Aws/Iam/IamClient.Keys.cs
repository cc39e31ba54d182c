using System.Xml.Linq;
using Coffer.Aws.Calls;
using Coffer.Aws.Signing;

namespace Coffer.Aws.Iam;

public sealed partial class IamClient
{
    /// <summary>
    /// Makes a key. Not repeated when the outcome is unknown, since each repetition could leave one more live key: the caller lists the
    /// user's keys and removes what it did not get. Null means the caller's own user.
    /// </summary>
    public ValueTask<IamNewAccessKey> CreateAccessKeyAsync(string? userName, CancellationToken cancellation) =>
        GetAsync("CreateAccessKey", Of("UserName", userName), static x => ReadNewKey(Part(x, "AccessKey")), cancellation, repeatable: false);

    public ValueTask UpdateAccessKeyAsync(string? userName, string accessKeyId, bool active, CancellationToken cancellation) =>
        DoAsync(
            "UpdateAccessKey",
            Of("UserName", userName).Add("AccessKeyId", accessKeyId).Add("Status", active ? "Active" : "Inactive"), cancellation);

    public ValueTask DeleteAccessKeyAsync(string? userName, string accessKeyId, CancellationToken cancellation) =>
        DoAsync("DeleteAccessKey", Of("UserName", userName).Add("AccessKeyId", accessKeyId), cancellation);

    public ValueTask<IReadOnlyList<IamAccessKey>> ListAccessKeysAsync(string? userName, CancellationToken cancellation) =>
        ListAsync(
            "ListAccessKeys", Of("UserName", userName), "AccessKeyMetadata",
            static x => new IamAccessKey(x.Must("UserName"), x.Must("AccessKeyId"), x.Must("Status") == "Active", x.MustTime("CreateDate")),
            cancellation);

    public ValueTask<IamAccessKeyUse> GetAccessKeyLastUsedAsync(string accessKeyId, CancellationToken cancellation) =>
        GetAsync("GetAccessKeyLastUsed", Of("AccessKeyId", accessKeyId), ReadUse, cancellation);

    private static IamNewAccessKey ReadNewKey(XElement key) =>
        new(key.Must("UserName"), new AwsCredentials(key.Must("AccessKeyId"), key.Must("SecretAccessKey")), key.MustTime("CreateDate"));

    private static IamAccessKeyUse ReadUse(XElement answer)
    {
        var use = Part(answer, "AccessKeyLastUsed");
        return new IamAccessKeyUse(answer.Text("UserName"), use.Time("LastUsedDate"), use.Text("ServiceName") ?? "N/A", use.Text("Region") ?? "N/A");
    }
}
