using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Lets the row's handler answer, or says why it cannot.</summary>
/// <param name="version">As the API reports it.</param>
internal sealed class HandleStep(string version)
{
    public async ValueTask<Reply> RunAsync(RequestContext context, CancellationToken cancellation)
    {
        if (context.Refusal is { } refusal)
        {
            return new Reply.Refused(refusal);
        }

        if (context.Request.Help)
        {
            return PathHelp.Of(context.Mounted!, context.Row, context.Below, version);
        }

        return context.Input.Problem is { } problem ? Reply.Invalid(problem)
            : context.Prepared?.Outcome is Preparation.Refused refused ? refused.Reply
            : await context.Row!.HandlerOf(context.Operation)!(context.Input.Request, cancellation);
    }
}
