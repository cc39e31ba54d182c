using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>
/// The root key, wrapped by one key that opens the barrier. A store has any number of slots, each enough by itself: adding, removing or re-making one
/// touches nothing else.
/// </summary>
/// <remarks>
/// Wrapped root key, format 1: version byte 1, nonce (12), ciphertext (32), tag (16). Associated data is <see cref="ContextLabels.KeySlot"/>,
/// the version byte, and then, each with its length before it (4 bytes, big-endian): id, kind, time of creation in ticks (8 bytes), and the parameters' names and
/// values in ordinal order. All of a slot is thus authentic once it opens. The stored form is <see cref="KeySlotRecord"/>'s.
/// </remarks>
public sealed class KeySlot
{
    private readonly byte[] _wrapped;

    internal KeySlot(string id, string kind, DateTimeOffset created, ImmutableSortedDictionary<string, string> parameters, byte[] wrapped)
    {
        Id = id;
        Kind = kind;
        Created = created;
        Parameters = parameters;
        _wrapped = wrapped;
    }

    /// <summary>Names the slot: lower-case letters, digits and hyphens, at most 64.</summary>
    public string Id { get; }

    /// <summary>One of <see cref="KeySlotKinds"/>, or of a later program's.</summary>
    public string Kind { get; }

    /// <summary>When the slot was made; UTC.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>What is needed to find the key of the slot. Not secret, and not trusted before the slot has opened.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>Shares that a Shamir slot's key was split into; null for other kinds, or where the parameter is not a number in range.</summary>
    public int? Shares => ShamirNumbers?.Shares;

    /// <summary>Shares needed to open a Shamir slot; null as for <see cref="Shares"/>.</summary>
    public int? Threshold => ShamirNumbers?.Threshold;

    /// <summary>Wraps a root key, and returns the slot only after it was seen to open again.</summary>
    /// <param name="kind">Lower-case letters, digits and hyphens, at most 64.</param>
    /// <param name="parameters">See <see cref="Parameters"/>.</param>
    /// <param name="rootKey">32 bytes; stays the caller's.</param>
    /// <param name="slotKey">The 32-byte key that wraps; stays the caller's.</param>
    /// <param name="random">Source of the id and the nonce.</param>
    /// <param name="clock">Gives the time of creation.</param>
    /// <exception cref="ArgumentException">A key is not 32 bytes, or the kind is not well-formed.</exception>
    /// <exception cref="CryptographicException">The slot did not open again: the machine is not to be trusted.</exception>
    public static KeySlot Create(
        string kind, IReadOnlyDictionary<string, string> parameters, SecretBytes rootKey, SecretBytes slotKey, IRandom random, TimeProvider clock)
    {
        RequireKey(rootKey, nameof(rootKey));
        RequireKey(slotKey, nameof(slotKey));
        if (!IsName(kind))
        {
            throw new ArgumentException("the kind must be 1 to 64 lower-case letters, digits and hyphens", nameof(kind));
        }

        var wrapped = new byte[WrappedBytes];
        wrapped[0] = Version;
        random.Fill(wrapped.AsSpan(1, Aead.NonceBytes));
        var slot = new KeySlot(
            random.Uuid(), kind, clock.GetUtcNow().ToUniversalTime(), parameters.ToImmutableSortedDictionary(StringComparer.Ordinal), wrapped);
        using (var cipher = Aead.Cipher(slotKey.Expose()))
        {
            Aead.Seal(cipher, rootKey.Expose(), wrapped.AsSpan(1), slot.AssociatedData());
        }

        // What counts is what will be read back from the store, so that is what has to open.
        var stored = KeySlotRecord.Decode(KeySlotRecord.Encode(slot));
        using var opened = stored.Open(slotKey);
        return opened is not null && CryptographicOperations.FixedTimeEquals(opened.Expose(), rootKey.Expose())
            ? stored
            : throw new CryptographicException("a new key slot did not open again; nothing was stored");
    }

    /// <summary>The root key, or null when this is not the slot's key (or the slot is damaged: that cannot be told apart). The caller disposes it.</summary>
    public SecretBytes? Open(SecretBytes slotKey)
    {
        if (slotKey.Expose().Length != Limits.KeyBytes)
        {
            return null;
        }

        using var rootKey = new PinnedBuffer(Limits.KeyBytes);
        using var cipher = Aead.Cipher(slotKey.Expose());
        return Aead.TryOpen(cipher, _wrapped.AsSpan(1), rootKey.Span, AssociatedData()) ? SecretBytes.CopyOf(rootKey.Span) : null;
    }

    internal ReadOnlySpan<byte> Wrapped => _wrapped;

    internal static bool IsName(string text) => text.Length is > 0 and <= NameMax && !text.AsSpan().ContainsAnyExcept(NameCharacters);

    internal const byte Version = 1;
    internal const int WrappedBytes = 1 + Aead.Overhead + Limits.KeyBytes;

    private (int Shares, int Threshold)? ShamirNumbers =>
        Kind == KeySlotKinds.Shamir
        && Number(KeySlotKinds.SharesParameter) is { } shares
        && Number(KeySlotKinds.ThresholdParameter) is { } threshold
        && UnsealKeyShares.Problem(shares, threshold) is null
            ? (shares, threshold)
            : null;

    private int? Number(string parameter) =>
        Parameters.TryGetValue(parameter, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private byte[] AssociatedData()
    {
        using var data = new MemoryStream();
        data.Write(ContextLabels.KeySlot);
        data.WriteByte(Version);
        Aead.AppendPart(data, Encoding.UTF8.GetBytes(Id));
        Aead.AppendPart(data, Encoding.UTF8.GetBytes(Kind));
        Span<byte> created = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(created, Created.UtcTicks);
        Aead.AppendPart(data, created);
        foreach (var (name, value) in Parameters)
        {
            Aead.AppendPart(data, Encoding.UTF8.GetBytes(name));
            Aead.AppendPart(data, Encoding.UTF8.GetBytes(value));
        }

        return data.ToArray();
    }

    private static void RequireKey(SecretBytes key, string parameter)
    {
        if (key.Expose().Length != Limits.KeyBytes)
        {
            throw new ArgumentException($"the key has {key.Expose().Length} bytes, expected {Limits.KeyBytes}", parameter);
        }
    }

    private const int NameMax = 64;
    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
}
