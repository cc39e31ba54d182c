using System.Collections.Immutable;
using Coffer.Audit.Chain;

namespace Coffer.Audit.Verification;

/// <summary>What <see cref="AuditVerifier"/> found in one file.</summary>
public sealed record AuditVerification
{
    /// <summary>Lines, torn and foreign ones included.</summary>
    public long Lines { get; init; }

    /// <summary>Lines of the chain that are not checkpoints.</summary>
    public long Entries { get; init; }

    public long Checkpoints { get; init; }

    /// <summary>Checkpoints whose signature was checked and is good; always zero without a key.</summary>
    public long CheckpointsVerified { get; init; }

    /// <summary>Entries after the last checkpoint, those of the files before included: chained, and not signed yet.</summary>
    public long EntriesUnsigned { get; init; }

    /// <summary>Sequence number of the first line of the chain; zero when there is none.</summary>
    public long FirstSeq { get; init; }

    /// <summary>Sequence number of the last line of the chain; zero when there is none.</summary>
    public long LastSeq { get; init; }

    /// <summary>SHA-256 of the last line in lower-case hex: what the first line of the next file must name.</summary>
    public string LastHash { get; init; } = "";

    /// <summary>The last checkpoint, in this file or in those before; null when there was none.</summary>
    public AuditMark? LastCheckpoint { get; init; }

    /// <summary>UUID of the device that the last checkpoint names, in this file or in those before; empty when there was none.</summary>
    public string Device { get; init; } = "";

    /// <summary>Devices that checkpoints of this file and of those before name, the last one included, in their order.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    /// <summary>Sequence number up to which a good signature or a given mark vouches for the lines; zero when nothing does.</summary>
    public long VouchedSeq { get; init; }

    /// <summary>The last of the given marks whose line was found, in this file or in those before; zero when none was.</summary>
    public long MarkedSeq { get; init; }

    /// <summary>What comes before the first line of this file is neither in it nor in the file before.</summary>
    public bool LacksBeginning { get; init; }

    /// <summary>The first place where the chain does not hold; null when it holds from end to end.</summary>
    public AuditFinding? Break { get; init; }

    /// <summary>What a reader should know and does not break the chain, in the order of the lines.</summary>
    public ImmutableArray<AuditFinding> Warnings { get; init; } = [];

    public bool IsIntact => Break is null;
}

/// <summary>Something about one line of an audit file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Message">A sentence for people. Never a part of an entry.</param>
public sealed record AuditFinding(long Line, string Message)
{
    public override string ToString() => $"line {Line}: {Message}";
}
