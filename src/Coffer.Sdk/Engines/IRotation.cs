using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Engines;

/// <summary>
/// A change that takes several steps at an outside system with commits between them, such as replacing the key by which a mount reaches it.
/// </summary>
/// <remarks>
/// A handler stores what the change begins with and answers <see cref="Reply.Rotating"/>. The kernel remembers, in the same commit, that the
/// rotation is under way, and runs it; one that was cut off is run again, from what its steps have stored.
/// </remarks>
public interface IRotation
{
    /// <summary>Stored while it is under way; never changed once released.</summary>
    string Name { get; }

    /// <summary>Goes on from wherever the stored state says. One run at a time for each mount.</summary>
    ValueTask<RotationOutcome> RunAsync(IRotationContext context, CancellationToken cancellation);
}

/// <summary>What a rotation may use of its mount.</summary>
public interface IRotationContext
{
    DateTimeOffset Now { get; }

    /// <summary>What is committed now.</summary>
    IStorageReader Read();

    /// <summary>Changes the store in a commit of its own; durable on return. On a conflict the change runs again, on what is stored then.</summary>
    ValueTask CommitAsync(Func<IStorageView, ValueTask> change, CancellationToken cancellation);
}

/// <summary>How a run of a rotation ended.</summary>
/// <param name="Reply">For whoever asked for it.</param>
/// <param name="IsOver">False when something is left to do that the kernel is to try again later.</param>
public sealed record RotationOutcome(Reply Reply, bool IsOver = true);
