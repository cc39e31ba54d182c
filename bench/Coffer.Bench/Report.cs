using System.Globalization;
using System.Text;

namespace Coffer.Bench;

/// <summary>The tables: on the terminal as they come, and in Markdown at the end.</summary>
internal sealed class Report(string? file)
{
    private readonly StringBuilder _markdown = new();
    private readonly List<(string Heading, Measurement Measurement)> _rows = [];
    private string _heading = "";

    public void Say(string text)
    {
        Console.WriteLine(text);
        _markdown.AppendLine().AppendLine(text);
    }

    public void Heading(string text)
    {
        _heading = text;
        Console.WriteLine($"\n{text}");
        Console.WriteLine($"  {"load",-14}{"requests/s",12}{"of bare",9}{"p50 ms",9}{"p99 ms",9}{"CPU us/req",12}{"memory MB",11}");
        _markdown.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"**{text}**").AppendLine()
            .AppendLine("| load | requests/s | of bare | p50 ms | p99 ms | CPU µs a request | memory MB |")
            .AppendLine("|---|---:|---:|---:|---:|---:|---:|");
    }

    /// <param name="measurement">The figures.</param>
    /// <param name="bare">Requests a second of the bare endpoint under the same kind of load.</param>
    public void Row(Measurement measurement, double bare)
    {
        _rows.Add((_heading, measurement));
        string[] cells =
        [
            Figure(measurement.PerSecond, "N0"), Figure(measurement.PerSecond / bare, "P0"), Figure(measurement.P50, "N2"), Figure(measurement.P99, "N2"),
            measurement.Use is { } use ? Figure(use.MicrosecondsEach, "N0") : "", measurement.Use is { } also ? Figure(also.MegabytesResident, "N0") : "",
        ];
        Console.WriteLine($"  {measurement.Load,-14}{cells[0],12}{cells[1],9}{cells[2],9}{cells[3],9}{cells[4],12}{cells[5],11}");
        _markdown.AppendLine(CultureInfo.InvariantCulture, $"| {measurement.Load} | {string.Join(" | ", cells)} |");
    }

    /// <summary>How many times as many requests as the peer each of our variants answers.</summary>
    public void Ratios(string peer)
    {
        var peers = _rows.Where(row => row.Heading.StartsWith(peer, StringComparison.Ordinal)).ToDictionary(row => row.Measurement.Load, row => row.Measurement);
        Say("Requests a second and p99 as multiples of the peer's:");
        foreach (var (heading, measurement) in _rows.Where(row => row.Heading.StartsWith("Coffer", StringComparison.Ordinal) && peers.ContainsKey(row.Measurement.Load)))
        {
            var other = peers[measurement.Load];
            Say($"  {heading}, {measurement.Load}: {Figure(measurement.PerSecond / other.PerSecond, "N2")} times the requests, {Figure(measurement.P99 / other.P99, "N2")} times the p99");
        }
    }

    public void Save()
    {
        if (file is not null)
        {
            File.WriteAllText(file, _markdown.ToString().TrimStart());
        }
    }

    public static string Figure(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
