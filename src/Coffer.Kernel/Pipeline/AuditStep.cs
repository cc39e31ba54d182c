using Coffer.Audit.Sinks;
using Coffer.Kernel.Audit;

namespace Coffer.Kernel.Pipeline;

/// <summary>Records a request before it runs, and its answer before the client has it.</summary>
internal sealed class AuditStep(IAuditLog audit)
{
    /// <summary>What cannot be recorded does not run. Recorded once, however often the request is tried.</summary>
    /// <exception cref="AuditUnavailableException">No device could record it.</exception>
    public async ValueTask RecordRequestAsync(RequestContext context, CancellationToken cancellation)
    {
        if (context.IsAudited)
        {
            return;
        }

        if (await audit.IsOnAsync(context.Work, cancellation))
        {
            await audit.RequestAsync(context.Event, cancellation);
        }

        context.IsAudited = true;
    }

    /// <exception cref="AuditUnavailableException">No device could record it.</exception>
    public ValueTask RecordAnswerAsync(RequestContext context, KernelReply answer) =>
        audit.IsOn ? audit.ResponseAsync(answer.EventOf(context), CancellationToken.None) : ValueTask.CompletedTask;
}
