using System.Runtime.CompilerServices;
using System.Text;
using Coffer.Audit.Entries;
using Coffer.Kernel.Tokens;

namespace Coffer.Kernel.Audit;

/// <summary>
/// Keeps the hashes of tokens and accessors in use, because both are in every entry of a token. Holds no token: a hash is found by the token's record, which
/// <see cref="TokenStore"/> gives only for the right text.
/// </summary>
/// <remarks>A fixed number of places, without a lock: a token takes the place of another that falls on it. All members may be called from many threads at once.</remarks>
internal sealed class CallerHashes(AuditHash hash)
{
    private const int Places = 256;

    private readonly Hashes?[] _places = new Hashes?[Places];

    public Hashes Of(Caller caller)
    {
        ref var place = ref _places[RuntimeHelpers.GetHashCode(caller.Token) % Places];
        if (Volatile.Read(ref place) is { } known && ReferenceEquals(known.Record, caller.Token))
        {
            return known;
        }

        var made = new Hashes(caller.Token, TextOf(caller.Text), TextOf(caller.Token.Accessor));
        Volatile.Write(ref place, made);
        return made;
    }

    /// <summary>The hash of a text, as bytes of its own text; empty for the empty text.</summary>
    public byte[] TextOf(string value) => value.Length == 0 ? [] : Encoding.ASCII.GetBytes(hash.Of(value));

    /// <param name="Record">Whose they are.</param>
    /// <param name="Token">The hash of the token's text.</param>
    /// <param name="Accessor">The hash of its accessor; empty for a token without one.</param>
    internal sealed record Hashes(TokenRecord Record, byte[] Token, byte[] Accessor);
}
