namespace Coffer.Kernel.EngineStorage;

/// <summary>Names the runs of one task for one argument at one mount.</summary>
/// <param name="MountUuid">The UUID of the mount.</param>
/// <param name="Task">Without a slash.</param>
/// <param name="Argument">Anything; empty for the whole mount.</param>
internal readonly record struct TaskName(string MountUuid, string Task, string Argument)
{
    public static TaskName Parse(ReadOnlySpan<char> text)
    {
        var mountEnd = text.IndexOf('/');
        var rest = text[(mountEnd + 1)..];
        var taskEnd = rest.IndexOf('/');
        return new TaskName(text[..mountEnd].ToString(), rest[..taskEnd].ToString(), rest[(taskEnd + 1)..].ToString());
    }

    public override string ToString() => $"{MountUuid}/{Task}/{Argument}";
}
