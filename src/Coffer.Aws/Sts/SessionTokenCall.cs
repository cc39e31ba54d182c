namespace Coffer.Aws.Sts;

/// <summary>What GetSessionToken takes.</summary>
public sealed record SessionTokenCall
{
    /// <summary>15 minutes to 36 hours; default 12 hours.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The caller's multi-factor device, with <see cref="TokenCode"/>.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Six digits from that device.</summary>
    public string? TokenCode { get; init; }
}
