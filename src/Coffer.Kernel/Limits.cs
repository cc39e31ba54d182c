namespace Coffer.Kernel;

/// <summary>Every bound of the kernel, with its unit and its reason. A test holds how they relate.</summary>
public static class Limits
{
    /// <summary>Longest request path in UTF-16 characters, decoded. Leaves room for the mount's prefix below the store's longest key.</summary>
    public const int PathCharactersMax = 1024;

    /// <summary>Deepest nesting of a JSON body. No client of any Vault needs more than a dozen levels.</summary>
    public const int JsonDepthMax = 64;

    /// <summary>Most values in a JSON body, names not counted: what a parsed body may cost beyond its bytes.</summary>
    public const int JsonValuesMax = 100_000;

    /// <summary>Largest request body in bytes unless the listener says otherwise; Vault's own default.</summary>
    public const int RequestBytesMax = 32 * 1024 * 1024;

    /// <summary>Values of engines over this are counted while requests work with them, in bytes.</summary>
    public const int UncountedValueBytes = 64 * 1024;

    /// <summary>Values over this are counted apart from smaller ones, in bytes.</summary>
    public const int LargeValueBytes = 1024 * 1024;

    /// <summary>
    /// Large values of engines that all requests work with at once, in bytes, and again as much for the smaller ones that are counted. It holds any value that a
    /// store takes. Making an answer of one takes four to five times its length for a moment: it is read,
    /// opened and written again.
    /// </summary>
    public const int LargeValueBytesMax = 64 * 1024 * 1024;

    /// <summary>How long a request waits for others that work with large values, before it is answered 503. One of the largest takes a tenth of a second.</summary>
    public static readonly TimeSpan LargeValueWaitMax = TimeSpan.FromSeconds(10);

    /// <summary>Longest token in characters: a batch token with its policies and metadata still fits.</summary>
    public const int TokenCharactersMax = 8192;

    /// <summary>Times a handler runs before its conflicts are given up as 503.</summary>
    public const int CommitAttemptsMax = 64;

    /// <summary>Requests that wait for their turn to change one entry; one more is answered 503. At 1 ms a commit the last of them waits a second.</summary>
    public const int ContendersMax = 1000;

    /// <summary>Most metadata pairs on one token.</summary>
    public const int MetadataPairsMax = 256;

    /// <summary>Longest display name of a token in characters: it goes into every audit entry.</summary>
    public const int DisplayNameCharactersMax = 512;

    /// <summary>Compiled sets of policies kept.</summary>
    public const int AclCacheMax = 1024;

    /// <summary>Entities whose policies and template values are kept ready.</summary>
    public const int IdentityCacheMax = 4096;

    /// <summary>Longest key of an entity's, group's or alias's metadata, in UTF-16 characters; Vault's bound for alias metadata.</summary>
    public const int MetadataKeyCharactersMax = 128;

    /// <summary>Longest value of such metadata, in UTF-16 characters.</summary>
    public const int MetadataValueCharactersMax = 2048;

    /// <summary>Longest mount accessor that is looked for: it becomes part of a storage key.</summary>
    public const int AccessorCharactersMax = 128;

    /// <summary>Leases handled in one pass of the janitor, so that memory does not grow with what is due.</summary>
    public const int LeasesPerPass = 256;

    /// <summary>
    /// Longest that making a secret may take, all calls to the outside system with their repetitions: less than a request may take by default, so that its
    /// client is still there for the answer.
    /// </summary>
    public static readonly TimeSpan CreationTimeMax = TimeSpan.FromSeconds(60);

    /// <summary>Longest that a row may take to ask outside systems before its handler runs.</summary>
    public static readonly TimeSpan PreparationTimeMax = TimeSpan.FromSeconds(45);

    /// <summary>Longest that one attempt to remove a secret may take: an outside system that hangs costs no more than this, and is tried again later.</summary>
    public static readonly TimeSpan RevocationTimeMax = TimeSpan.FromSeconds(60);

    /// <summary>Revocations in flight at once for each mount. There is no limit on all mounts together: the one that hangs would use it up.</summary>
    public const int RevocationsPerMount = 16;

    /// <summary>Revocations of many leases that work at once for each mount; more of them wait their turn.</summary>
    public const int JobsPerMount = 4;

    /// <summary>Tasks of an engine that run at once for each mount, those that requests wait for aside; more of them wait their turn.</summary>
    public const int TasksPerMount = 4;

    /// <summary>Paths that a mount can have had before: each is looked at when its leases are listed or ended.</summary>
    public const int FormerPathsMax = 64;

    /// <summary>Most entries that one answer lists where clients can ask for the next page.</summary>
    public const int ListedMax = 1000;

    /// <summary>Longest reason that an operator may give for forgetting a lease, in UTF-16 characters.</summary>
    public const int ReasonCharactersMax = 512;

    /// <summary>Failed logins of names that are not locked out, in bytes of memory: at least 20,000 names.</summary>
    public const long LockoutCountedBytesMax = 8 * 1024 * 1024;

    /// <summary>
    /// Names that are locked out, in bytes of memory: at least 80,000. It takes 400,000 failures to push one out, which is more than the passwords that
    /// 32 cores hash within the fifteen minutes that a lockout lasts.
    /// </summary>
    public const long LockoutLockedBytesMax = 32 * 1024 * 1024;

    /// <summary>Length of the random ending of a lease id, in base-62 characters after the eight of its time.</summary>
    public const int LeaseIdRandomCharacters = 16;

    /// <summary>Requests whose decision is kept for explain: refused ones, in bytes. A refusal is some 500 bytes, so this is about the last 2000.</summary>
    public const int RefusedDecisionsBytesMax = 1024 * 1024;

    /// <summary>The same for allowed ones; apart, so that traffic does not push the refusals out.</summary>
    public const int AllowedDecisionsBytesMax = 512 * 1024;
}
