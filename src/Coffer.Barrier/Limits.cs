namespace Coffer.Barrier;

/// <summary>Bounds of this project, each with its unit and reason.</summary>
public static class Limits
{
    /// <summary>Bytes of every symmetric key: AES-256.</summary>
    public const int KeyBytes = 32;

    /// <summary>Terms in one keyring. At one rotation a day this lasts 27 years; such a ring is half a megabyte.</summary>
    public const int TermsMax = 10_000;

    /// <summary>Key slots in one store: unsealing tries them in turn, so their number is the work of one wrong key.</summary>
    public const int SlotsMax = 64;

    /// <summary>Bytes of one encoded key slot, parameters included.</summary>
    public const int SlotBytesMax = 64 * 1024;

    /// <summary>Key shares that one key can be split into: x coordinates are the non-zero bytes.</summary>
    public const int SharesMax = 255;
}
