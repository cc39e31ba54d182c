using System.Globalization;

namespace Coffer.Bench.Soak;

/// <summary>How long to soak what.</summary>
internal sealed record SoakOptions(string Program, TimeSpan Duration, int Seed)
{
    public const string Help = """
        dotnet run dev.cs soak [OPTIONS]

          -minutes=N      of load (20)
          -program=PATH   the server (artifacts/native/coffer if it is there, else artifacts/bin/coffer)
          -seed=N         decides what clients ask for (from the clock)
        """;

    /// <returns>Null when they are not as they must be.</returns>
    public static SoakOptions? Parse(string[] arguments)
    {
        var native = Path.GetFullPath("artifacts/native/coffer");
        var options = new SoakOptions(File.Exists(native) ? native : Path.GetFullPath("artifacts/bin/coffer"), TimeSpan.FromMinutes(20), Environment.TickCount & 0xFFFF);
        var words = arguments.SelectMany(argument => argument.Split('=', 2)).ToArray();
        for (var at = 0; at < words.Length; at += 2)
        {
            var value = at + 1 < words.Length ? words[at + 1] : "";
            switch (words[at].TrimStart('-'))
            {
                case "minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes > 0:
                    options = options with { Duration = TimeSpan.FromMinutes(minutes) };
                    break;
                case "program" when value.Length > 0:
                    options = options with { Program = Path.GetFullPath(value) };
                    break;
                case "seed" when int.TryParse(value, CultureInfo.InvariantCulture, out var seed):
                    options = options with { Seed = seed };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
