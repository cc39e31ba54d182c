using Coffer.Sdk.Storage;

namespace Coffer.Sdk.Tasks;

/// <summary>What a run of a task may use.</summary>
public interface ITaskContext
{
    /// <summary>What the run is for, such as the name of a role; empty where there is one run for the whole mount.</summary>
    string Argument { get; }

    MountView Mount { get; }

    /// <summary>The kernel's time now.</summary>
    DateTimeOffset Now { get; }

    /// <summary>What is committed now. Each read sees what is stored then.</summary>
    IStorageReader Read();

    /// <summary>Changes the store in a commit of its own; durable on return. On a conflict the change runs again, on what is stored then.</summary>
    ValueTask CommitAsync(Func<IStorageView, ValueTask> change, CancellationToken cancellation);
}
