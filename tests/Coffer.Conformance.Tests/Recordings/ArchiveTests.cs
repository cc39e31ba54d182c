namespace Coffer.Conformance.Tests.Recordings;

public class ArchiveTests
{
    [Fact]
    public void All_recordings_are_there()
    {
        Assert.Equal(22, Archive.Cases.Select(recorded => recorded.Area).Distinct().Count());
        Assert.Equal(607, Archive.Cases.Count);
        Assert.Equal(6643, Archive.Cases.Sum(recorded => recorded.Steps.OfType<RecordedStep.Send>().Count()));
    }

    [Fact]
    public void Only_production_servers_are_restarted() => Assert.All(
        Archive.Cases.Where(recorded => recorded.Steps.OfType<RecordedStep.Restart>().Any()),
        recorded => Assert.True(recorded.Production, recorded.Id));

    [Fact]
    public void Every_request_says_what_to_expect() => Assert.All(
        Archive.Cases,
        recorded => Assert.All(recorded.Steps.OfType<RecordedStep.Send>(), step => Assert.NotNull(step.Expect)));
}
