using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Tasks;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Adds to the unit of work what has to be stored before the effect of a reply begins: the lease of a secret, the token of a login, the run of a task.</summary>
internal sealed class PlanStep(LeaseStep lease, LoginStep login, EngineTasks tasks)
{
    public async ValueTask<KernelReply> RunAsync(RequestContext context, Reply reply, CancellationToken cancellation) => reply switch
    {
        Reply.Leased leased => await lease.PlanAsync(context, leased, cancellation),
        Reply.LeasedData stored => lease.Store(context, stored),
        Reply.Login granted => await login.IssueAsync(context, granted, cancellation),
        Reply.Run run => await PlanRunAsync(context, run, cancellation),
        Reply.Refused { FailedLogin.Length: > 0 } failed => login.Fail(context, failed),
        _ => KernelReply.Of(reply),
    };

    private async ValueTask<KernelReply> PlanRunAsync(RequestContext context, Reply.Run run, CancellationToken cancellation)
    {
        var name = new TaskName(context.Mounted!.Mount.Uuid, run.Task, run.Argument);
        await TaskStore.HurryAsync(context.Work, name, context.Now, cancellation);
        return new KernelReply(run) { Effect = async _ => await tasks.RunAsync(name) };
    }
}
