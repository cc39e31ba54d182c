using System.Security.Cryptography;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Signing;

namespace Coffer.AwsSandbox.Settings;

/// <summary>How a sandbox account begins. Read once at start.</summary>
public sealed record SandboxOptions
{
    /// <summary>Port on 127.0.0.1; 0 (the default) takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Twelve digits. Default <c>123456789012</c>.</summary>
    public string AccountId { get; init; } = "123456789012";

    /// <summary>The key pair that exists from the start and may do everything. Default: the pair of AWS's own documentation.</summary>
    public AwsCredentials Bootstrap { get; init; } = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    /// <summary>
    /// The user that the bootstrap key belongs to, with an inline policy that allows everything. Empty: the key is the account root's, which
    /// may do all but assume roles. Default <c>admin</c>.
    /// </summary>
    public string BootstrapUser { get; init; } = "admin";

    /// <summary>How far a signing time may lie off. Default 15 minutes as at AWS; <see cref="TimeSpan.MaxValue"/> takes recorded requests.</summary>
    public TimeSpan ClockSkewMax { get; init; } = SigV4Verification.SkewMax;

    /// <summary>Users in the account. Default 5,000, AWS's own quota.</summary>
    public int UsersMax { get; init; } = 5000;

    /// <summary>Calls kept in the journal; the oldest go first. Default 200,000.</summary>
    public int JournalMax { get; init; } = 200_000;

    /// <summary>Bytes that all S3 objects together may take. Default 256 MiB.</summary>
    public long S3BytesMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>Time of the account: creation dates, expiry, policies, signatures. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where ids and secrets come from. Default: the system's cryptographic generator.</summary>
    public SandboxRandom Random { get; init; } = SystemRandom;

    /// <summary>Everything wrong with these values. Empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (Port is < 0 or > 65535)
        {
            yield return $"port must be from 0 to 65535, not {Port}";
        }

        if (AccountId.Length != 12 || !AccountId.All(char.IsAsciiDigit))
        {
            yield return "account id must be twelve digits";
        }

        if (UsersMax < 1 || JournalMax < 1 || S3BytesMax < 0)
        {
            yield return "the limits on users and journal must be positive";
        }
    }

#pragma warning disable RS0030 // The one place that may ask the operating system.
    private static void SystemRandom(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
#pragma warning restore RS0030
}
