using System.Text.Json;

namespace Coffer.Conformance.Tests.Recordings;

/// <summary>One thing a case does, in the order it was recorded.</summary>
internal abstract record RecordedStep
{
    /// <summary>Later requests carry the token saved under this name, or none, or the name itself when nothing is saved under it.</summary>
    public sealed record ActAs(string Name) : RecordedStep;

    public sealed record Wait(TimeSpan Time) : RecordedStep;

    /// <summary>The server is stopped and started again on the same data.</summary>
    /// <param name="Gently">SIGTERM; otherwise SIGKILL.</param>
    public sealed record Restart(bool Gently) : RecordedStep;

    public sealed record Send(RecordedRequest Request, Expectation? Expect) : RecordedStep;

    public static RecordedStep Read(JsonElement step)
    {
        if (step.TryGetProperty("as", out var name))
        {
            return new ActAs(name.GetString()!);
        }

        if (step.TryGetProperty("sleep", out var seconds))
        {
            return new Wait(TimeSpan.FromSeconds(seconds.GetDouble()));
        }

        if (step.TryGetProperty("restart", out _) || step.TryGetProperty("kill", out _))
        {
            return new Restart(Gently: step.TryGetProperty("restart", out _));
        }

        return new Send(RecordedRequest.Read(step), Expectation.Read(step));
    }
}
