
namespace Coffer.Audit.Chain;

/// <summary>The last line of a chain.</summary>
internal sealed record AuditChainHead(long Seq, LineHash Hash)
{
    /// <summary>As it is known outside the log.</summary>
    public AuditMark Mark => new(Seq, Hash.ToString());
}
