using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Adds to replies what only the kernel's own paths can say.</summary>
internal static class KernelReplies
{
    /// <summary>The same reply in another envelope.</summary>
    public static Reply Shaped(this Reply reply, ReplyShape shape) => KernelReply.Of(reply) with { Shape = shape };

    /// <summary>The same reply, which hands on what was made earlier or makes something for this client alone.</summary>
    public static Reply Entrusting(this Reply reply, Entrusted entrusted) => KernelReply.Of(reply) with { Entrusts = entrusted };

    /// <summary>The same reply, and something that is done once it is committed.</summary>
    public static Reply Then(this Reply reply, Action effect) => reply.Then(_ =>
    {
        effect();
        return ValueTask.FromResult<Reply?>(null);
    });

    /// <summary>The same reply, and something that is done once it is committed and may answer in its place.</summary>
    /// <param name="reply">Committed first.</param>
    /// <param name="effect">Its reply takes the place of the first; null leaves that one.</param>
    public static Reply Then(this Reply reply, Func<CancellationToken, ValueTask<Reply?>> effect) => KernelReply.Of(reply) with { Effect = effect };
}
