namespace Coffer.Hcl;

/// <summary>Bounds on a text, checked while it is read: a text beyond one is refused, whatever it holds.</summary>
public sealed record HclLimits
{
    /// <summary>The bounds used when none are given.</summary>
    public static HclLimits Default { get; } = new();

    /// <summary>Largest text in UTF-8 bytes. Default 1 MiB.</summary>
    public int TextBytesMax { get; init; } = 1024 * 1024;

    /// <summary>Deepest nesting of objects and lists; the top level is not counted. Default 64; parsing is recursive, so at most 256.</summary>
    public int DepthMax { get; init; } = 64;

    /// <summary>Most items, labels and values in one text. Default 200,000.</summary>
    public int NodesMax { get; init; } = 200_000;
}
