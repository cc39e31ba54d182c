using Coffer.Sdk.Engines;

namespace Coffer.Server.Configuration;

/// <summary>What hashing passwords may take of the machine: it is slow on purpose, and anybody may ask for it.</summary>
public sealed record PasswordHashingOptions
{
    /// <summary>Passwords hashed at once, each on a core of its own, 1 to 1024. Default: half of the cores, at least 1.</summary>
    public int Threads { get; init; } = SlowWork.ThreadsByDefault;

    /// <summary>Logins that wait for it at most, 1 to 65,536; one more is answered with 503. Default 256.</summary>
    public int WaitingMax { get; init; } = SlowWork.WaitingMaxByDefault;
}
