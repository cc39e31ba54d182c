using System.Diagnostics;
using System.Globalization;
using Coverage;

// Runs test programs that are built, counting, and shows how many lines of each room they reach. The arguments name them; it is started in the root.
var root = Environment.CurrentDirectory;
var counts = new LineCounts(root);
foreach (var suite in args)
{
    var watch = Stopwatch.StartNew();
    if (!await CountedRun.RunAsync(root, suite, counts))
    {
        Console.Error.WriteLine($"problem: {suite} was not counted");
        return 1;
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {suite,-34} {watch.Elapsed.TotalSeconds,6:0.0} s"));
}

counts.Show(Console.Out);
return 0;
