namespace Coffer.Server.Http.Bodies;

/// <summary>How much of request bodies is held at once, in bytes. A test holds how these relate.</summary>
internal static class BodyLimits
{
    /// <summary>What every request may send without being counted: most logins fit, so a flood of large bodies cannot keep them out.</summary>
    public const int UncountedBytes = 4 * 1024;

    /// <summary>A body larger than this is taken in only after a look at who sends it.</summary>
    public const int UnaskedBytes = 64 * 1024;

    /// <summary>Largest body of a request whose path needs no token and that has none: logins with the longest tokens fit.</summary>
    public const int StrangerBytesMax = UnaskedBytes;

    /// <summary>
    /// JSON values in a body without a good token. Each costs some hundred bytes of memory and of the audit log, so bytes alone bound neither.
    /// </summary>
    public const int StrangerValuesMax = 2_000;

    /// <summary>Largest body that initialises a server: PGP keys for all shares fit.</summary>
    public const int InitBytesMax = 1024 * 1024;

    /// <summary>All bodies of senders without a good token together.</summary>
    public const long StrangersBytesMax = 32 * 1024 * 1024;

    /// <summary>All bodies of token holders together, unless a listener's largest body needs more.</summary>
    public const long TokenHoldersBytesMax = 64 * 1024 * 1024;

    /// <summary>What one stream of HTTP/2 may have sent ahead: as much as is taken in before a look at its sender.</summary>
    public const int StreamReadAheadBytes = UnaskedBytes;

    /// <summary>How long a body waits until others have ended, before it is refused with 503.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    /// <summary>What a connection may have sent ahead of what is read from it, all its streams together: the headers must fit.</summary>
    public const int ReadAheadBytes = 128 * 1024;
}
