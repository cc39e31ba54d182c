using Coffer.Fuzz.Targets;


namespace Coffer.Fuzz.Tests;

/// <summary>Every input that fuzzing has kept is run again: none may crash a reader, hang it, or get a 500 from a server.</summary>
public sealed class CorpusTests : IDisposable
{
    private readonly string _finds = Directory.CreateTempSubdirectory("coffer-fuzz-").FullName;

    public static TheoryData<string> Targets => [.. AllTargets.List.Select(target => target.Name)];

    public void Dispose() => Directory.Delete(_finds, recursive: true);

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_fuzzing_has_kept_is_read_without_a_find(string name)
    {
        var files = Corpus.FilesOf(Path.Combine(AppContext.BaseDirectory, "corpus"), name);
        using var run = new FuzzRun(AllTargets.List.Single(target => target.Name == name), 0, _finds, coverage: null);

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(run.Try(File.ReadAllBytes(file)), $"dotnet run dev.cs fuzz -target={name} -input=fuzz/corpus/{name}/{Path.GetFileName(file)}"));
    }

    [Fact]
    public void A_target_that_breaks_a_promise_is_a_find_and_its_input_is_kept()
    {
        var canary = new FuzzTarget("canary", [], [], input => BrokenPromiseException.Unless(input is not [0x42], "no input is B"));
        using var run = new FuzzRun(canary, 0, _finds, coverage: null);

        Assert.True(run.Try([0x41]));
        Assert.False(run.Try([0x42]));
        Assert.Equal([0x42], File.ReadAllBytes(Path.Combine(_finds, "canary-" + Corpus.NameOf([0x42]))));
    }

    [Fact]
    public void An_input_that_is_being_run_is_there_when_the_process_dies()
    {
        var seen = Array.Empty<byte>();
        var reader = new FuzzTarget("reader", [], [], _ => seen = CurrentInput.LeftAt(Path.Combine(_finds, "current")));
        using var run = new FuzzRun(reader, 0, _finds, coverage: null);

        run.Try([1, 2, 3]);

        Assert.Equal([1, 2, 3], seen);
    }

    [Fact]
    public void Of_a_corpus_the_short_inputs_stay_that_together_take_every_edge()
    {
        // An input takes one edge for each letter in it.
        static HashSet<int> EdgesOf(byte[] input) => [.. input.Where(letter => letter != (byte)' ').Select(letter => (int)letter)];

        var kept = Corpus.Minimize(["a b"u8.ToArray(), "b"u8.ToArray(), "b c d"u8.ToArray(), "c"u8.ToArray()], EdgesOf);

        Assert.Equal(["b", "c", "a", "d"], kept.Select(input => System.Text.Encoding.ASCII.GetString(input)));
    }
}
