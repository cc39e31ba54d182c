using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Policies;

namespace Coffer.Kernel.Audit;

/// <summary>Who asks for what: the part that the entries of a request and of its answer have in common.</summary>
/// <param name="request">As it was sent.</param>
/// <param name="path">As it was authorised: canonical.</param>
/// <param name="operationName">As the audit log has it: <c>read</c>, <c>create</c>, <c>update</c>, <c>list</c>, …</param>
/// <param name="mounted">Null when no mount serves the path.</param>
/// <param name="caller">Null when there was no token, or no good one.</param>
/// <param name="decision">Null when nothing had to be decided.</param>
public sealed class AuditSubject(
    ApiRequest request, string path, string operationName, MountedEngine? mounted, Caller? caller, AclDecision? decision)
{
    /// <summary>What is longer is written again for the answer: it would be held for as long as the request runs.</summary>
    private const int KeptBytesMax = 64 * 1024;

    private volatile Written? _written;

    public ApiRequest Request { get; } = request;

    public string Path { get; } = path;

    public string OperationName { get; } = operationName;

    public MountedEngine? Mounted { get; } = mounted;

    public Caller? Caller { get; } = caller;

    public AclDecision? Decision { get; } = decision;

    /// <summary>The subject as a format writes it: once, however many entries have it.</summary>
    internal Written WrittenBy(AuditEntryFormat format)
    {
        for (var written = _written; written is not null; written = written.Next)
        {
            if (written.Format == format)
            {
                return written;
            }
        }

        var made = new Written(format, Caller is null ? [] : format.WriteCaller(this), format.WriteRequest(this), _written);
        if (made.Caller.Length + made.Request.Length <= KeptBytesMax)
        {
            _written = made;
        }

        return made;
    }

    /// <param name="Format">By which it is written.</param>
    /// <param name="Caller">The member <c>auth</c> of an entry; empty when there is none.</param>
    /// <param name="Request">The member <c>request</c> of an entry.</param>
    /// <param name="Next">The same by another format.</param>
    internal sealed record Written(AuditEntryFormat Format, byte[] Caller, byte[] Request, Written? Next);
}
