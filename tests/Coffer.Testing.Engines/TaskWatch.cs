using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Coffer.Testing.Engines;

/// <summary>The runs of the engine's tasks that have ended, by the name and the argument of the task.</summary>
internal sealed class TaskWatch
{
    private readonly ConcurrentDictionary<(string Task, string Argument), Channel<TaskRun>> _ended = new();

    /// <summary>What a test wants of the runs that begin now; null for nothing.</summary>
    public HarnessTask? Wanted { get; set; }

    public Channel<TaskRun> Of(string task, string argument) => _ended.GetOrAdd((task, argument), _ => Channel.CreateUnbounded<TaskRun>());

    /// <summary>Runs that ended before now are not waited for any more.</summary>
    public void Forget() => _ended.Clear();
}
