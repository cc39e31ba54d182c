namespace Coffer.Kernel.Lockout;

/// <summary>The failed logins of one name.</summary>
/// <param name="Name">For people who look at who is locked out.</param>
/// <param name="Failures">In a row, the last one included.</param>
internal sealed record LockoutEntry(LockoutKey Key, string Accessor, string Name, long Failures, DateTimeOffset LastFailure)
{
    /// <summary>The longest name that is shown whole, in characters.</summary>
    public const int NameCharactersMax = 64;

    /// <summary>What an entry costs beside its name, in bytes: itself, its place in a list and in a dictionary.</summary>
    private const int OwnBytes = 256;

    /// <summary>What it costs in memory.</summary>
    public int Bytes => OwnBytes + 2 * Name.Length;

    /// <summary>A name as it is shown.</summary>
    public static string Shown(string name) => name.Length <= NameCharactersMax ? name : name[..(NameCharactersMax - 1)] + '…';
}
