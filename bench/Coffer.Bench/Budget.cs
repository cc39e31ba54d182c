using System.Globalization;

namespace Coffer.Bench;

/// <summary>What the server must answer of what the bare endpoint answers in the same run. Read from a file of lines such as <c>kv-read, no audit: 40 %</c>.</summary>
internal sealed class Budget
{
    /// <summary>How often the bench runs before a share counts as missed: a busy machine can spoil one run.</summary>
    public const int Tries = 2;

    private readonly Dictionary<(string Load, string Audit), double> _shares = [];

    private Budget()
    {
    }

    /// <summary>Names of the loads in it.</summary>
    public IReadOnlyList<string> Loads => [.. _shares.Keys.Select(key => key.Load).Distinct()];

    /// <exception cref="BenchException">There is no such file, or a line is none of a budget.</exception>
    public static Budget Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new BenchException($"the budget {file} is not there");
        }

        var budget = new Budget();
        foreach (var line in File.ReadLines(file).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0))
        {
            if (line.Split(',', ':') is not [var load, var audit, var share]
                || !Load.Names.Contains(load)
                || audit.Trim() is not ("no audit" or "file audit")
                || !double.TryParse(share.Trim().TrimEnd('%'), CultureInfo.InvariantCulture, out var percent)
                || percent is <= 0 or >= 1000)
            {
                throw new BenchException($"{file} has a line that is none of a budget: \"{line}\" must be such as \"kv-read, no audit: 40 %\"");
            }

            budget._shares[(load, audit.Trim())] = percent / 100;
        }

        return budget;
    }

    /// <summary>Runs the bench, again where something is missed, and says how each share compares.</summary>
    /// <returns>False when a share was missed in every run.</returns>
    public async Task<bool> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        HashSet<(string Load, string Audit)> missed = [.. _shares.Keys];
        for (var attempt = 1; attempt <= Tries && missed.Count > 0; attempt++)
        {
            var session = new Session(options);
            await session.RunAsync(cancellation);
            Console.WriteLine($"\nOf bare Kestrel, try {attempt} of {Tries}");
            foreach (var (key, least) in _shares.OrderBy(share => share.Key.Audit, StringComparer.Ordinal))
            {
                var share = session.Shares[key];
                var verdict = share >= least ? "" : missed.Contains(key) ? "   missed" : "   missed, and reached before";
                Console.WriteLine($"  {key.Load,-14}{key.Audit,-12}{Report.Figure(share, "P0"),8}   at least {Report.Figure(least, "P0")}{verdict}");
            }

            missed.RemoveWhere(key => session.Shares[key] >= _shares[key]);
        }

        return missed.Count == 0;
    }
}
