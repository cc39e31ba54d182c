using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Seal;

/// <summary>Key shares, each encrypted for one holder: what is encrypted is the share in hex, as in Vault.</summary>
internal static class PgpShares
{
    /// <param name="shares">As their holders would get them without keys; left as they are.</param>
    /// <param name="holders">None: the shares stay readable. Else one for each share.</param>
    public static ImmutableArray<byte[]> For(IReadOnlyList<byte[]> shares, IReadOnlyList<PgpRecipient> holders, IRandom random)
    {
        if (holders.Count == 0)
        {
            return [.. shares];
        }

        return [.. shares.Zip(holders, (share, holder) =>
        {
            var hex = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(share));
            var message = holder.Encrypt(hex, random);
            CryptographicOperations.ZeroMemory(hex);
            return message;
        })];
    }
}
