using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests;

public class PendingListTests
{
    [Fact]
    public void A_line_names_a_case_or_all_that_begin_alike_with_the_reason()
    {
        var list = PendingList.Parse(["# heading", "", "kv/one  # not yet: no patch", "transit/*  # not yet: no engine", "token/role-*  # not yet: roles # later"]);

        Assert.Equal("not yet: no patch", list.Cases["kv/one"].Text);
        Assert.Equal("not yet: no engine", list.Patterns["transit/"].Text);
        Assert.Equal("not yet: roles # later", list.Patterns["token/role-"].Text);
        Assert.DoesNotContain(list.Cases.Values.Concat(list.Patterns.Values), entry => entry.IsDeliberate);
    }

    [Fact]
    public void A_case_that_is_different_on_purpose_names_the_steps()
    {
        var list = PendingList.Parse(["kv/one  # different at step 7: refused", "kv/two  # different at step 2, 15: kept"]);

        Assert.Equal([7], list.Cases["kv/one"].Steps);
        Assert.Equal([2, 15], list.Cases["kv/two"].Steps);
    }

    [Fact]
    public void The_steps_of_a_run_are_read_from_its_differences() =>
        Assert.Equal([-1, 2, 15], PendingEntry.StepsOf(["step 15 GET x: a", "step 2 GET y: b", "step 15 GET x: step 3 c", "stopped: no answer"]));

    [Theory]
    [InlineData("kv/one")]
    [InlineData("kv/one #")]
    [InlineData("kv/one # no engine")]
    [InlineData("kv/one # not yet:")]
    [InlineData("kv/one # different: refused")]
    [InlineData("kv/one # different at step 3:")]
    [InlineData("kv/one # different at step three: refused")]
    [InlineData("kv/* # different at step 3: refused")]
    public void A_line_without_a_reason_of_a_known_kind_is_refused(string line) => Assert.Throws<InvalidDataException>(() => PendingList.Parse([line]));

    [Fact]
    public void A_case_listed_twice_is_refused() =>
        Assert.Throws<InvalidDataException>(() => PendingList.Parse(["kv/one # not yet: a", "kv/one # not yet: b"]));

    [Fact]
    public void A_case_listed_by_its_name_does_not_fall_under_a_pattern()
    {
        var first = Archive.Cases.First(recorded => recorded.Area == "kv");
        var list = PendingList.Parse([$"{first.Id} # not yet: a", "kv/* # not yet: no engine"]);

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
        var old = PendingList.Parse([$"{Archive.Cases.First(recorded => recorded.Area == "kv").Id} # different at step 1: by design", "pki/* # not yet: no engine"]);
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
            [$"{kv[0]}  # different at step 1: by design", $"{kv[1]}  # not yet: step 1 GET x: status: want 200, got 404", "pki/*  # not yet: no engine"],
            writer.Lines(old, []).Where(line => line.Length > 0 && line[0] != '#'));
    }

    [Fact]
    public void A_run_that_was_not_whole_leaves_the_list_as_it_was()
    {
        var writer = new PendingListWriter();
        writer.Record(Archive.Cases[0], []);

        Assert.Equal(["kv/one # not yet: a"], writer.Lines(PendingList.Parse(["kv/one # not yet: a"]), ["kv/one # not yet: a"]));
    }
}
