using System.Globalization;

namespace Coffer.Bench;

/// <summary>What to measure, and against what.</summary>
internal sealed record BenchOptions
{
    public const string Help = """
        dotnet run dev.cs bench [OPTIONS]

          -duration=SECONDS   of each measurement (5)
          -connections=N      kept open by wrk (64)
          -only=NAMES         of health, kv-read, kv-write, token-create, token-lookup, aws-creds; joined by commas
          -storage=NAMES      of memory, disk (both)
          -leases=N           live leases for the memory and restart measurement (100000; 0 leaves it out)
          -aws=URL            an AWS endpoint for aws-creds that takes the documentation's key pair (a sandbox, started for the run)
          -program=PATH       the server (artifacts/native/coffer)
          -peer=ADDR          another server with the Vault API, driven by the same load; with it the table has ratios
          -peer-token=TOKEN   a token of the peer that may do everything
          -markdown=FILE      also writes the tables there
          -budget=FILE        only what the file names, in memory, and fails where less of bare Kestrel is reached than it asks for, twice
        """;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    public int Connections { get; init; } = 64;

    /// <summary>Names of loads; empty is all of them.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public IReadOnlyList<string> Storages { get; init; } = ["memory", "disk"];

    public int Leases { get; init; } = 100_000;

    public Uri? Aws { get; init; }

    public string Program { get; init; } = Path.GetFullPath("artifacts/native/coffer");

    public Uri? Peer { get; init; }

    public string PeerToken { get; init; } = "";

    public string? Markdown { get; init; }

    /// <summary>File of the least shares of the bare endpoint; null to measure only.</summary>
    public string? Budget { get; init; }

    /// <param name="problem">Empty when help was asked for.</param>
    public static bool TryParse(string[] arguments, out BenchOptions options, out string problem)
    {
        options = new BenchOptions();
        problem = "";
        for (var index = 0; index < arguments.Length; index++)
        {
            var (name, value) = arguments[index].TrimStart('-').Split('=', 2) is [var left, var right] ? (left, right) : (arguments[index].TrimStart('-'), null);
            if (name is "help" or "h" or "?")
            {
                return false;
            }

            // `-name value` is as good as `-name=value`.
            value ??= index + 1 < arguments.Length ? arguments[++index] : "";
            if (options.With(name, value) is not { } changed)
            {
                problem = $"-{name}={value} is no option of the bench, or not a value it can take";
                return false;
            }

            options = changed;
        }

        if (options.Peer is not null && options.PeerToken.Length == 0)
        {
            problem = "-peer needs -peer-token: a token of the peer that may do everything";
            return false;
        }

        return true;
    }

    private BenchOptions? With(string name, string value)
    {
        var isCount = int.TryParse(value, CultureInfo.InvariantCulture, out var count) && count >= 0;
        var isAddress = Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        var names = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return name switch
        {
            "duration" when isCount && count > 0 => this with { Duration = TimeSpan.FromSeconds(count) },
            "connections" when isCount && count > 0 => this with { Connections = count },
            "only" when names.All(Load.Names.Contains) => this with { Only = names },
            "storage" when names.All(storage => storage is "memory" or "disk") => this with { Storages = names },
            "leases" when isCount => this with { Leases = count },
            "aws" when isAddress => this with { Aws = address },
            "program" when value.Length > 0 => this with { Program = Path.GetFullPath(value) },
            "peer" when isAddress => this with { Peer = address },
            "peer-token" when value.Length > 0 => this with { PeerToken = value },
            "budget" when value.Length > 0 => this with { Budget = Path.GetFullPath(value) },
            "markdown" when value.Length > 0 => this with { Markdown = Path.GetFullPath(value) },
            _ => null,
        };
    }
}
