namespace Coffer.Kernel.Mounts;

/// <summary>The system's limits on how long anything lives, from the configuration.</summary>
/// <param name="Default">Life of what asks for none. Vault's default is 768 hours.</param>
/// <param name="Max">Longest life with all renewals, unless a mount says otherwise.</param>
public sealed record SystemTtl(TimeSpan Default, TimeSpan Max)
{
    public static SystemTtl Standard { get; } = new(TimeSpan.FromHours(768), TimeSpan.FromHours(768));

    public TimeSpan DefaultOf(MountEntry mount) => mount.Tuning.DefaultLeaseTtl > TimeSpan.Zero
        ? mount.Tuning.DefaultLeaseTtl
        : Default < MaxOf(mount) ? Default : MaxOf(mount);

    public TimeSpan MaxOf(MountEntry mount) => mount.Tuning.MaxLeaseTtl > TimeSpan.Zero ? mount.Tuning.MaxLeaseTtl : Max;
}
