namespace Coffer.Kernel.Seal;

/// <summary>The keyring's active term.</summary>
public sealed record KeyStatus(uint Term, DateTimeOffset InstallTime, long Encryptions);
