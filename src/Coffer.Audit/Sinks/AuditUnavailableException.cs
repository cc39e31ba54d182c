
namespace Coffer.Audit.Sinks;

/// <summary>No audit device could record an entry: the request does not run, or its answer does not leave.</summary>
public sealed class AuditUnavailableException : Exception
{
    public AuditUnavailableException()
    {
    }

    public AuditUnavailableException(string message)
        : base(message)
    {
    }

    public AuditUnavailableException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
