using Coffer.Conformance.Tests.Matching;
using Coffer.Conformance.Tests.Recordings;
using Coffer.Conformance.Tests.Running;

[assembly: AssemblyFixture(typeof(Coffer.Conformance.Tests.CleanEnvironment))]
[assembly: AssemblyFixture(typeof(Coffer.Conformance.Tests.ResultsFixture))]

namespace Coffer.Conformance.Tests;

/// <summary>Each recorded case is a test of its own, on a fresh server.</summary>
public class ConformanceTests(ResultsFixture results)
{
    private const int DifferencesShown = 12;

    private static readonly PendingList Pending = PendingList.Load();

    /// <summary>The one row of a theory without cases, since a theory must have data.</summary>
    private const string NoCase = "none";

    /// <summary>Cases that have to pass. When the list is written: all of them.</summary>
    public static TheoryData<string> Expected() => Rows(Archive.Cases
        .Where(recorded => PendingListWriter.IsOn || (!Pending.Cases.ContainsKey(recorded.Id) && Pending.PatternOf(recorded) is null))
        .Select(recorded => recorded.Id));

    /// <summary>Cases that are listed by name.</summary>
    public static TheoryData<string> Listed() => Rows(PendingListWriter.IsOn ? [] : Pending.Cases.Keys);

    /// <summary>Patterns of the list.</summary>
    public static TheoryData<string> ListedPatterns() => Rows(PendingListWriter.IsOn ? [] : Pending.Patterns.Keys);

    [Theory]
    [MemberData(nameof(Expected))]
    public async Task Case_is_answered_as_recorded(string id)
    {
        if (id == NoCase)
        {
            Assert.All(Archive.Cases, recorded => Assert.True(Pending.Cases.ContainsKey(recorded.Id) || Pending.PatternOf(recorded) is not null));
            return;
        }

        var recorded = Archive.Case(id);
        var differences = await RunAsync(recorded, first: PendingListWriter.IsOn);

        if (PendingListWriter.IsOn)
        {
            results.Writer.Record(recorded, differences);
            return;
        }

        var more = differences.Count > DifferencesShown ? $"\n... and {differences.Count - DifferencesShown} more" : "";
        Assert.True(differences.Count == 0, $"{id} ({recorded.About}):\n{string.Join('\n', differences.Take(DifferencesShown))}{more}");
    }

    [Theory]
    [MemberData(nameof(Listed))]
    public async Task Listed_case_does_not_pass_as_the_list_says(string id)
    {
        if (id == NoCase)
        {
            Assert.True(PendingListWriter.IsOn || Pending.Cases.Count == 0);
            return;
        }

        var recorded = Archive.Cases.SingleOrDefault(recorded => recorded.Id == id);
        Assert.True(recorded is not null, $"there is no case {id}: remove it from {PendingList.File}");
        var entry = Pending.Cases[id];

        var differences = await RunAsync(recorded, first: !entry.IsDeliberate);

        Assert.True(differences.Count > 0, $"{id} passes now: remove it from {PendingList.File}");
        if (entry.IsDeliberate)
        {
            Assert.True(
                PendingEntry.StepsOf(differences).SequenceEqual(entry.Steps),
                $"{id} is listed as different at step {string.Join(", ", entry.Steps)} only:\n{string.Join('\n', differences.Take(DifferencesShown))}");
        }
    }

    [Theory]
    [MemberData(nameof(ListedPatterns))]
    public async Task First_case_under_a_listed_pattern_does_not_pass_yet(string pattern)
    {
        if (pattern == NoCase)
        {
            Assert.True(PendingListWriter.IsOn || Pending.Patterns.Count == 0);
            return;
        }

        var probe = Pending.Probe(pattern);
        Assert.True(probe is not null, $"no case begins with {pattern}, or each is listed by name: remove {pattern}* from {PendingList.File}");

        var differences = await RunAsync(probe, first: true);

        Assert.True(differences.Count > 0, $"{probe.Id} passes now: replace {pattern}* in {PendingList.File} by the cases under it that do not pass");
    }

    private static TheoryData<string> Rows(IEnumerable<string> ids) => [.. ids.DefaultIfEmpty(NoCase)];

    private static async Task<IReadOnlyList<string>> RunAsync(RecordedCase recorded, bool first)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var variables = new Variables();
        try
        {
            await using var neighbours = await Neighbours.StartAsync(recorded, variables, cancellation);
            await using var server = await StartAsync(recorded, cancellation);
            using var runner = new CaseRunner(recorded, server, variables);
            return await runner.RunAsync(first, cancellation);
        }
        catch (Exception stopped) when (stopped is InvalidOperationException or HttpRequestException or TimeoutException or TaskCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return [$"stopped: {stopped.Message}"];
        }
    }

    /// <summary>
    /// Cases of development servers, and those that wait, run on a server in this process, whose time the runner moves. The other production cases run against the
    /// program, which some of them kill.
    /// </summary>
    private static Task<IServer> StartAsync(RecordedCase recorded, CancellationToken cancellation) =>
        ServerProcess.IsChosen || (recorded.Production && !recorded.Steps.Any(step => step is RecordedStep.Wait))
            ? ServerProcess.StartAsync(recorded.Production, cancellation)
            : HostedServer.StartAsync(recorded.Production, cancellation);
}
