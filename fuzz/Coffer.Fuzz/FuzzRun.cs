using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Coffer.Fuzz;

/// <summary>Feeds one target until its time is up or something is found. Inputs that reach something new are kept, and later ones are made from them.</summary>
/// <param name="coverage">Null where the code is not instrumented: then inputs are only run.</param>
internal sealed class FuzzRun(FuzzTarget target, int seed, string findsFolder, Coverage? coverage) : IDisposable
{
    /// <summary>An input that takes longer hangs, as far as a server is concerned.</summary>
    private static readonly TimeSpan OneInputMax = TimeSpan.FromSeconds(2);

    /// <summary>One that takes longer than this may never come back; the process is ended.</summary>
    private static readonly TimeSpan HangMax = TimeSpan.FromSeconds(20);

    private readonly CurrentInput _current = new(Path.Combine(findsFolder, "current"));
    private readonly List<byte[]> _kept = [];
    private long _runs;
    private long _since;

    /// <param name="corpus">Inputs of earlier runs.</param>
    /// <returns>True when nothing was found.</returns>
    public bool Run(TimeSpan time, IEnumerable<byte[]> corpus)
    {
        using var watchdog = new Timer(_ => EndIfHanging(), null, HangMax, TimeSpan.FromSeconds(1));
        var mutator = new Mutator(seed, target.Words);
        var watch = Stopwatch.StartNew();
        foreach (var input in corpus.Concat(target.Seeds.Select(Encoding.UTF8.GetBytes)).OrderBy(input => input.Length))
        {
            if (!TryAndKeep(input))
            {
                return false;
            }
        }

        if (_kept.Count == 0)
        {
            throw new InvalidOperationException($"no input of {target.Name} reaches any instrumented code");
        }

        while (watch.Elapsed < time)
        {
            if (!TryAndKeep(mutator.Next(_kept)))
            {
                return false;
            }
        }

        var rate = _runs / Math.Max(1, watch.Elapsed.TotalSeconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {target.Name,-12} {_runs,12:N0} runs {rate,9:N0}/s {coverage!.Edges,7:N0} edges {_kept.Count,6:N0} inputs kept   nothing found   (seed {seed})"));
        return true;
    }

    /// <summary>The kept inputs as they are to be stored.</summary>
    public IReadOnlyList<byte[]> Minimized() => Corpus.Minimize(_kept, EdgesOf);

    /// <summary>One input; a find is stored, and told with the command that repeats it.</summary>
    public bool Try(byte[] input)
    {
        var find = Find(input, out var took);
        if (find is null && took > OneInputMax)
        {
            // Once more: a machine with much else to do stands still at times.
            find = Find(input, out took) ?? (took > OneInputMax ? $"took {took.TotalSeconds:0.0} s for {input.Length} bytes, twice" : null);
        }

        if (find is not null)
        {
            Tell(input, find);
        }

        return find is null;
    }

    public void Dispose() => _current.Dispose();

    /// <summary>What is wrong with how an input was read; null when nothing is.</summary>
    private string? Find(byte[] input, out TimeSpan took)
    {
        _runs++;
        _current.Set(input);
        var start = Stopwatch.GetTimestamp();
        Interlocked.Exchange(ref _since, start);
        coverage?.Begin();
        try
        {
            target.Run(input);
            return null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return error.ToString();
        }
        finally
        {
            took = Stopwatch.GetElapsedTime(start);
            Interlocked.Exchange(ref _since, 0);
        }
    }

    private bool TryAndKeep(byte[] input)
    {
        if (!Try(input))
        {
            return false;
        }

        if (!coverage!.IsNew())
        {
            return true;
        }

        // Once more: what another thread took meanwhile is not this input's doing.
        if (!Try(input))
        {
            return false;
        }

        if (coverage.IsNew())
        {
            coverage.Remember();
            _kept.Add(input);
        }

        return true;
    }

    private HashSet<int> EdgesOf(byte[] input) => Try(input) ? coverage!.Taken() : [];

    private void Tell(byte[] input, string find)
    {
        Directory.CreateDirectory(findsFolder);
        var file = Path.Combine(findsFolder, $"{target.Name}-{Corpus.NameOf(input)}");
        File.WriteAllBytes(file, input);
        Console.WriteLine($"  {target.Name}: FOUND\n{find}\n  Repeat it: dotnet run dev.cs fuzz -target={target.Name} -input={file}");
    }

    private void EndIfHanging()
    {
        var since = Interlocked.Read(ref _since);
        if (since != 0 && Stopwatch.GetElapsedTime(since) > HangMax)
        {
            Tell(_current.Get(), $"did not come back within {HangMax.TotalSeconds:0} s");
            Environment.Exit(2);
        }
    }
}
