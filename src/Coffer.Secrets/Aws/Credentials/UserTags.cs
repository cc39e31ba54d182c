using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coffer.Aws.Iam;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>The tags that tell whose an IAM user is. They make creating repeatable, and keep revoking from touching anyone else's user.</summary>
internal static class UserTags
{
    /// <summary>The lease id, or its SHA-256 where the id does not fit in a tag.</summary>
    public const string Lease = "coffer:lease";

    public const string Mount = "coffer:mount";

    /// <summary>The hard end, RFC 3339.</summary>
    public const string Expires = "coffer:expires";

    private const int ValueCharsMax = 256;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _.:/=+-@");

    public static IReadOnlyDictionary<string, string> For(
        IReadOnlyDictionary<string, string>? roleTags, string leaseId, string mount, DateTimeOffset hardEnd) =>
        new Dictionary<string, string>(roleTags ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [Lease] = LeaseValue(leaseId),
            [Mount] = MountValue(mount),
            [Expires] = Time(hardEnd),
        };

    /// <summary>True when the user was made for the lease of this plan.</summary>
    public static bool IsOf(IamUser user, UserPlan plan) =>
        user.Tags.TryGetValue(Lease, out var lease) && lease == plan.Tags[Lease];

    /// <summary>True when the user was made for a lease, this or another.</summary>
    public static bool IsOfALease(IamUser user) => user.Tags.ContainsKey(Lease);

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string LeaseValue(string leaseId) => leaseId.Length <= ValueCharsMax && !leaseId.AsSpan().ContainsAnyExcept(Allowed)
        ? leaseId
        : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(leaseId)))}";

    private static string MountValue(string mount)
    {
        var fitting = string.Concat(mount.Select(letter => Allowed.Contains(letter) ? letter : '_'));
        return fitting.Length <= ValueCharsMax ? fitting : fitting[..ValueCharsMax];
    }
}
