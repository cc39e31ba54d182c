using System.Globalization;
using Coffer.Fuzz;
using Coffer.Fuzz.Targets;

const string Help = """
    dotnet run dev.cs fuzz [OPTIONS]

      -target=NAMES    of {0}; joined by commas (all)
      -seconds=N       for each target (600)
      -seed=N          repeats a run (from the clock)
      -keep            puts the inputs that reach most, few and short, in the place of those in fuzz/corpus
      -input=FILE      runs one stored input on one target

    Inputs are made from those of fuzz/corpus; whichever reaches new code is worked on further. Finds go to artifacts/fuzz.
    """;

const string CorpusFolder = "fuzz/corpus";
var options = args.Select(argument => argument.TrimStart('-').Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "");
var names = options.TryGetValue("target", out var chosen) ? chosen.Split(',') : [.. AllTargets.List.Select(target => target.Name)];
var seconds = Number("seconds", 600);
var seed = Number("seed", Environment.TickCount & 0xFFFF);
if (options.Keys.Any(key => key is not ("target" or "seconds" or "seed" or "input" or "keep")) || names.Any(name => AllTargets.List.All(target => target.Name != name)) || seconds is null || seed is null)
{
    Console.Error.WriteLine(string.Format(CultureInfo.InvariantCulture, Help, string.Join(", ", AllTargets.List.Select(target => target.Name))));
    return options.ContainsKey("help") ? 0 : 1;
}

var finds = Path.GetFullPath("artifacts/fuzz");
var targets = AllTargets.List.Where(target => names.Contains(target.Name)).ToArray();
if (options.TryGetValue("input", out var file))
{
    using var run = new FuzzRun(targets[0], seed.Value, finds, coverage: null);
    return run.Try(File.ReadAllBytes(file)) ? 0 : 1;
}

if (!Instrumentation.IsOn)
{
    // Each target in a process of its own, so that one that dies takes no other along.
    return targets.Select(target => RunCopy(target.Name)).ToArray().All(good => good) ? 0 : 1;
}

using (var run = new FuzzRun(targets[0], seed.Value, finds, new Coverage()))
{
    var clean = run.Run(TimeSpan.FromSeconds(seconds.Value), Corpus.FilesOf(CorpusFolder, targets[0].Name).Select(File.ReadAllBytes));
    if (clean && options.ContainsKey("keep"))
    {
        Corpus.Write(CorpusFolder, targets[0].Name, run.Minimized());
    }

    // Not by returning: a server that a target holds has threads of its own.
    Environment.Exit(clean ? 0 : 1);
    return 0;
}

bool RunCopy(string target)
{
    var arguments = args.Where(argument => !argument.TrimStart('-').StartsWith("target", StringComparison.Ordinal)).Append($"-target={target}");
    var exit = Instrumentation.Run(Path.Combine(finds, "instrumented"), [.. arguments]);
    if (exit is not (0 or 1 or 2))
    {
        var left = Path.Combine(finds, $"{target}-died");
        File.WriteAllBytes(left, CurrentInput.LeftAt(Path.Combine(finds, "current")));
        Console.WriteLine($"  {target}: the process DIED with exit code {exit}\n  Repeat it: dotnet run dev.cs fuzz -target={target} -input={left}");
    }

    return exit == 0;
}

int? Number(string name, int usual) =>
    !options.TryGetValue(name, out var text) ? usual : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;
