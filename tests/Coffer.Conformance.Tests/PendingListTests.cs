using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests;

public class PendingListTests
{
    [Fact]
    public void A_line_names_a_case_or_all_that_begin_alike_with_the_reason()
    {
        var list = PendingList.Parse(["# heading", "", "kv/one  # not yet", "transit/*  # no engine", "token/role-*  # roles # later"]);

        Assert.Equal("not yet", list.Cases["kv/one"]);
        Assert.Equal("no engine", list.Patterns["transit/"]);
        Assert.Equal("roles # later", list.Patterns["token/role-"]);
    }

    [Theory]
    [InlineData("kv/one")]
    [InlineData("kv/one #")]
    public void A_line_without_a_reason_is_refused(string line) => Assert.Throws<InvalidDataException>(() => PendingList.Parse([line]));

    [Fact]
    public void A_case_listed_twice_is_refused() =>
        Assert.Throws<InvalidDataException>(() => PendingList.Parse(["kv/one # a", "kv/one # b"]));

    [Fact]
    public void A_case_listed_by_its_name_does_not_fall_under_a_pattern()
    {
        var first = Archive.Cases.First(recorded => recorded.Area == "kv");
        var list = PendingList.Parse([$"{first.Id} # not yet", "kv/* # no engine"]);

        Assert.Null(list.PatternOf(first));
        Assert.Equal(Archive.Cases.Where(recorded => recorded.Area == "kv").ElementAt(1), list.Probe("kv/"));
    }

    [Fact]
    public void Every_listed_name_is_that_of_a_case()
    {
        var list = PendingList.Load();

        Assert.All(list.Cases.Keys, id => Assert.Contains(Archive.Cases, recorded => recorded.Id == id));
        Assert.All(list.Patterns.Keys, pattern => Assert.NotNull(list.Probe(pattern)));
    }

    [Fact]
    public void The_list_is_written_from_what_failed_and_keeps_reasons()
    {
        var writer = new PendingListWriter();
        var old = PendingList.Parse([$"{Archive.Cases.First(recorded => recorded.Area == "kv").Id} # by design", "pki/* # no engine"]);
        foreach (var area in Archive.Cases.GroupBy(recorded => recorded.Area))
        {
            var count = 0;
            foreach (var recorded in area)
            {
                writer.Record(recorded, area.Key == "pki" || (area.Key == "kv" && count++ < 2) ? ["step 1 GET x: status: want 200, got 404"] : []);
            }
        }

        var kv = Archive.Cases.Where(recorded => recorded.Area == "kv").Take(2).Select(recorded => recorded.Id).ToArray();
        Assert.Equal(
            [$"{kv[0]}  # by design", $"{kv[1]}  # step 1 GET x: status: want 200, got 404", "pki/*  # no engine"],
            writer.Lines(old, []).Where(line => line.Length > 0 && line[0] != '#'));
    }

    [Fact]
    public void A_run_that_was_not_whole_leaves_the_list_as_it_was()
    {
        var writer = new PendingListWriter();
        writer.Record(Archive.Cases[0], []);

        Assert.Equal(["kv/one # a"], writer.Lines(PendingList.Parse(["kv/one # a"]), ["kv/one # a"]));
    }
}
