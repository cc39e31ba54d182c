using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coffer.Kernel.Identity;

namespace Coffer.Kernel.Lockout;

/// <summary>The key of a name at a mount: 128 bits of a hash, so that a long name costs no more memory than a short one.</summary>
internal readonly record struct LockoutKey(UInt128 Digest)
{
    public static LockoutKey Of(string accessor, IdentityName name) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{accessor}\n{name.KeyPart}"))));
}
