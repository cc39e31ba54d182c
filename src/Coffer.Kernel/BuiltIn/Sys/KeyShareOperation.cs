using Coffer.Barrier;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>A request's part in an operation on the keys themselves: it runs once, after the commit, since what it changes is not in the unit of work.</summary>
internal static class KeyShareOperation
{
    /// <summary>A handler of share holders' operations: what is shown is the whole body.</summary>
    public static Handler Of<T>(Func<KernelRequest, CancellationToken, ValueTask<T>> step, Func<T, Reply> show) =>
        (request, _) => After(request, bare: true, async (kernel, cancellation) => show(await step(kernel, cancellation)));

    /// <summary>As above, with nothing to show.</summary>
    public static Handler Of(Func<KernelRequest, CancellationToken, ValueTask> step) => (request, _) => After(
        request,
        bare: true,
        async (kernel, cancellation) =>
        {
            await step(kernel, cancellation);
            return Reply.Done;
        });

    /// <param name="request">The request.</param>
    /// <param name="bare">Whether the reply's data is the whole body, as with the operations of share holders.</param>
    /// <param name="step">What to do; a <see cref="KeyShareException"/> becomes an error for the client.</param>
    public static ValueTask<Reply> After(EngineRequest request, bool bare, Func<KernelRequest, CancellationToken, ValueTask<Reply>> step)
    {
        var (kernel, shape) = (KernelRequest.Of(request), new ReplyShape { Bare = bare });
        return ValueTask.FromResult(Reply.Done.Shaped(shape).Then(async cancellation =>
        {
            try
            {
                return (await step(kernel, cancellation)).Shaped(shape);
            }
            catch (KeyShareException refused)
            {
                return Reply.Invalid(refused.Message);
            }
            catch (BarrierException changed) when (changed.Problem is BarrierProblem.Conflict or BarrierProblem.Missing)
            {
                return Reply.Invalid(changed.Message);
            }
        }));
    }
}
