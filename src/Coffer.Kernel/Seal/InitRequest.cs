using System.Collections.Immutable;
using Coffer.Kernel.Mounts;

namespace Coffer.Kernel.Seal;

/// <summary>How a new store is to be set up.</summary>
/// <param name="Shares">Key shares to make, 1 to 255.</param>
/// <param name="Threshold">Shares needed to unseal.</param>
public sealed record InitRequest(int Shares, int Threshold)
{
    /// <summary>The root token's text, for development; null makes a random one.</summary>
    public string? RootToken { get; init; }

    /// <summary>Who the shares are encrypted for, one a share; empty: they are shown as they are.</summary>
    public IReadOnlyList<PgpRecipient> ShareHolders { get; init; } = [];

    /// <summary>Who the root token is encrypted for; null: it is shown as it is.</summary>
    public PgpRecipient? RootTokenHolder { get; init; }

    /// <summary>Mounts to make besides the built-in ones.</summary>
    public ImmutableArray<MountEntry> Mounts { get; init; } = [];
}
