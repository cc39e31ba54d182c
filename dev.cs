#!/usr/bin/env dotnet
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// The one tool for people and CI: `dotnet run dev.cs VERB`. Everything it starts, it prints first, so each step can be
// repeated by hand. `dotnet run dev.cs help` lists the verbs.

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

var root = Root();
var program = Path.Combine(root, "artifacts", "bin", "coffer");
var native = Path.Combine(root, "artifacts", "native", "coffer");
var timer = Stopwatch.StartNew();

// Where build nodes are not kept, as in CI, each project would be compiled by a compiler that has just started.
const string sharedCompiler = "-p:UseSharedCompilation=true";

Environment.SetEnvironmentVariable("DOTNET_NOLOGO", "1");
Environment.SetEnvironmentVariable("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
Environment.CurrentDirectory = root;

// Suites that a plain `test` leaves out or runs in small. Beside these, every test project with
// <LongSuite>true</LongSuite> in its project file is long.
Suite[] longVariants =
[
    new(
        "Coffer.Kernel.Tests",
        ["-class", "*Model.ModelTests", "-class", "*Model.FaultTests", "-class", "*Simulation.SimulationTests"],
        new() { ["COFFER_MODEL_RUNS"] = "60", ["COFFER_MODEL_FAULT_RUNS"] = "2", ["COFFER_SIMULATION_RUNS"] = "500" }),
    new("Coffer.Storage.Tests", ["-class", "*Crash*"], new() { ["COFFER_CRASH_KILLS"] = "300" }),
];

var verb = args.FirstOrDefault() ?? "help";
var rest = args.Skip(1).ToArray();
try
{
    return verb switch
    {
        "demo" => await DemoAsync(),
        "test" => await TestAsync(rest),
        "check" => await CheckAsync(),
        "build" => await BuildAsync() is 0 ? Next($"{Short(program)} is ready; try `{Short(program)} server -dev`") : 1,
        "publish" => await PublishAsync(rest.Contains("-arm64")),
        "docs" => await DocsAsync(),
        "bench" => await BenchAsync(),
        "fuzz" => await RunAsync("dotnet", ["run", "--project", "fuzz/Coffer.Fuzz", "-c", "Release", "--", .. rest]),
        "soak" => await SoakAsync(),
        "coverage" => await CoverageAsync(),
        "format" => await FormatAsync(verify: rest.Contains("-verify")),
        "help" or "-h" or "-help" or "--help" => Help(),
        _ => Problem($"There is no verb '{verb}'. `dotnet run dev.cs help` lists them."),
    };
}
catch (FileNotFoundException missing)
{
    return Problem(missing.Message);
}

int Help()
{
    Console.WriteLine("""
        dotnet run dev.cs VERB

          demo      build, then show what Coffer does against a local AWS account; Ctrl-C ends it
          test      build and run the tests
                      -project NAME   only test projects whose name contains NAME, long ones too
                      -filter TEXT    only tests whose name contains TEXT (or an xUnit query that begins with /)
                      -long           also the long suites          -only-long   nothing but those
                      -- ARGS         ARGS go to every test program as they are
          check     what CI asks for: locked restore, build, format, tests, native program; -long as above
          build     restore and build in Release; leaves the program at artifacts/bin/coffer
          publish   native program at artifacts/native/coffer; needs clang and zlib headers
                      -arm64   for linux-arm64, at artifacts/native-arm64/coffer; on another machine it needs gcc-aarch64-linux-gnu and libc6-dev-arm64-cross
          docs      write the pages that are made from declarations: docs/compatibility.md and the two references
          bench     measure a native build with wrk; arguments go to bench/Coffer.Bench (-help lists them)
          fuzz      feed broken input to whatever reads bytes from outside; arguments go to fuzz/Coffer.Fuzz (-help lists them)
          soak      run a server with everything going for long, and look at its memory, leases and audit log; -help lists the options
          coverage  run the tests that `test` runs once more, counting, and show how many lines of each room they reach; -project NAME as above
          format    put the code into the house's format; -verify only looks
        """);
    return 0;
}

async Task<int> DemoAsync()
{
    if (await BuildAsync("src/Coffer.Cli/Coffer.Cli.csproj", analyzers: false) != 0)
    {
        return 1;
    }

    Console.WriteLine();
    return await RunAsync(program, ["demo", .. rest]);
}

async Task<int> BuildAsync(string what = "Coffer.slnx", bool analyzers = true)
{
    // The analyzers take half of the time.
    if (await RestoreAsync(what) != 0
        || await DotnetAsync(
            analyzers ? "Build in Release with the analyzers, warnings are errors" : "Build in Release, warnings are errors (`dotnet run dev.cs build` runs the analyzers too)",
            ["build", what, "-c", "Release", "--no-restore", "-v", "quiet", sharedCompiler, $"-p:RunAnalyzers={(analyzers ? "true" : "false")}"]) != 0)
    {
        return 1;
    }

    var built = Path.Combine(root, "artifacts", "bin", "Coffer.Cli", "release", OperatingSystem.IsWindows() ? "coffer.exe" : "coffer");
    if (File.Exists(built))
    {
        File.Delete(program);
        File.CreateSymbolicLink(program, Path.GetRelativePath(Path.GetDirectoryName(program)!, built));
    }

    return 0;
}

async Task<int> PublishAsync(bool arm64 = false)
{
    if (!OperatingSystem.IsWindows() && OnPath("clang") is null && OnPath("gcc") is null)
    {
        return Problem("Publishing the native program needs a C linker and zlib's headers: apt-get install clang zlib1g-dev");
    }

    if (arm64 && RuntimeInformation.ProcessArchitecture != Architecture.Arm64 && (OnPath("clang") is null || OnPath("aarch64-linux-gnu-gcc") is null))
    {
        return Problem("Publishing for arm64 here needs clang and the arm64 libraries: apt-get install clang gcc-aarch64-linux-gnu libc6-dev-arm64-cross");
    }

    var made = arm64 ? Path.Combine(root, "artifacts", "native-arm64", "coffer") : native;
    var folder = Path.GetDirectoryName(made)!;
    string[] command =
    [
        "publish", "src/Coffer.Cli", "-c", "Release", "-r", arm64 ? "linux-arm64" : RuntimeInformation.RuntimeIdentifier, "-o", folder, "-v", "quiet",
        "-p:TrimmerSingleWarn=false", "-p:RestoreLockedMode=true", sharedCompiler,
    ];
    if (await DotnetAsync($"Compile the native program{(arm64 ? " for arm64" : "")}", command) != 0)
    {
        return 1;
    }

    var size = new FileInfo(made).Length / 1e6;
    return Next(string.Create(CultureInfo.InvariantCulture, $"{Short(made)} is ready, {size:0.0} MB, no warning"));
}

async Task<int> RestoreAsync(string what) =>
    await DotnetAsync("Restore packages, exactly those of the lock files", ["restore", what, "--locked-mode", "-v", "quiet"]);

async Task<int> FormatAsync(bool verify)
{
    string[] command = ["format", "Coffer.slnx", "--no-restore", .. verify ? ["--verify-no-changes"] : Array.Empty<string>()];
    return await RestoreAsync("Coffer.slnx") != 0 ? 1 : await DotnetAsync(verify ? "Look at the format" : "Put the code into format", command);
}

async Task<int> CheckAsync()
{
    // The order is from cheap to dear; the tests' line stays last, where people and scripts look for it.
    if (await FormatAsync(verify: true) != 0)
    {
        return Problem("`dotnet run dev.cs format` puts it right.");
    }

    return await PublishAsync() != 0 ? 1 : await TestAsync(rest);
}

async Task<int> DocsAsync()
{
    const string project = "Coffer.Docs.Tests";
    if (await BuildAsync($"tests/{project}") != 0)
    {
        return 1;
    }

    var settings = new Dictionary<string, string> { ["COFFER_DOCS_WRITE"] = "1" };
    return await RunAsync(Path.Combine(root, "artifacts", "bin", project, "release", project), ["-noLogo", "-noColor", "-reporter", "quiet"], settings: settings);
}

async Task<int> BenchAsync() =>
    await PublishAsync() == 0
        ? await RunAsync("dotnet", ["run", "--project", "bench/Coffer.Bench", "-c", "Release", "--", .. rest])
        : 1;

async Task<int> SoakAsync() =>
    await BuildAsync() == 0
        ? await RunAsync("dotnet", ["run", "--project", "bench/Coffer.Bench", "-c", "Release", "--no-build", "--", "soak", .. rest])
        : 1;

async Task<int> CoverageAsync() =>
    await BuildAsync() == 0
        ? await RunAsync("dotnet", ["run", "--project", "tests/Coverage", "-c", "Release", "--", .. Suites([], Value(rest, "-project") ?? "").Select(suite => suite.Project)])
        : 1;

async Task<int> TestAsync(string[] options)
{
    var own = options.TakeWhile(option => option != "--").ToArray();
    var passedOn = options.Skip(own.Length + 1).ToList();
    var filter = Value(own, "-filter");
    if (filter is not null)
    {
        passedOn.AddRange(filter.StartsWith('/') ? ["-filter", filter] : ["-displayName", $"*{filter}*"]);
    }

    var suites = Suites(own, Value(own, "-project") ?? "").ToArray();
    if (suites.Length == 0)
    {
        return Problem("No test project has that name; `ls tests` shows them.");
    }

    var only = own.Contains("-project") && suites.Length == 1 ? $"tests/{suites[0].Project}" : "Coffer.slnx";
    if (await BuildAsync(only, analyzers: false) != 0)
    {
        return 1;
    }

    Say(suites.Length == 1 ? "Run one test suite" : $"Run {suites.Length} test suites");
    var total = new Outcome(0, 0, 0);
    foreach (var suite in suites)
    {
        total = total.Plus(await SuiteAsync(suite, passedOn, filtered: passedOn.Count > 0));
    }

    var good = total.Failed == 0;
    Console.WriteLine(good ? $"\n{Took(timer.Elapsed)} in all." : $"\n{Took(timer.Elapsed)} in all. Repeat one suite with -project NAME, one test with -filter NAME.");
    foreach (var name in total.Flaky)
    {
        Console.WriteLine($"flaky: {name} failed among others and passed alone; its output is above");
    }

    Console.WriteLine($"{total.Passed} passed, {total.Failed} failed" + (total.Skipped > 0 ? $", {total.Skipped} skipped" : ""));
    return good ? 0 : 1;
}

IEnumerable<Suite> Suites(string[] options, string name)
{
    var onlyLong = options.Contains("-only-long");
    var alsoLong = onlyLong || options.Contains("-long");
    var named = Directory.EnumerateDirectories("tests", "*.Tests").Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)
        .Where(project => project.Contains(name, StringComparison.OrdinalIgnoreCase)).ToArray();
    foreach (var project in named)
    {
        var isLong = File.ReadAllText(Path.Combine("tests", project, project + ".csproj")).Contains("<LongSuite>true</LongSuite>", StringComparison.Ordinal);
        if (isLong ? alsoLong || name.Length > 0 : !onlyLong)
        {
            yield return new(project, [], []);
        }
    }

    foreach (var variant in longVariants.Where(variant => alsoLong && named.Contains(variant.Project)))
    {
        yield return variant;
    }
}

async Task<Outcome> SuiteAsync(Suite suite, List<string> passedOn, bool filtered)
{
    var watch = Stopwatch.StartNew();
    var results = Path.Combine(root, "artifacts", "tests", suite.Label + ".json");
    Directory.CreateDirectory(Path.GetDirectoryName(results)!);
    File.Delete(results);

    var executable = Path.Combine(root, "artifacts", "bin", suite.Project, "release", suite.Project);
    string[] command =
    [
        "-noLogo", "-noColor", "-reporter", "quiet", "-printMaxEnumerableLength", "50", "-printMaxStringLength", "0",
        "-result-ctrf", results, .. suite.Arguments, .. passedOn,
    ];
    var output = new List<string>();
    var exit = await RunAsync(executable, command, output, suite.Settings, TimeSpan.FromMinutes(30));
    var (outcome, skips, failures) = File.Exists(results) ? Read(results) : (new Outcome(0, 0, 0), [], []);

    var empty = outcome is { Passed: 0, Failed: 0, Skipped: 0 };
    var fault = exit != 0 && outcome.Failed == 0 ? $"ended with exit code {exit} and no failed test: it crashed, hung or could not start"
        : empty && !filtered ? "holds no test" : null;
    if (fault is not null)
    {
        outcome = outcome with { Failed = outcome.Failed + 1 };
    }

    if (!empty || fault is not null)
    {
        Console.WriteLine($"  {suite.Label,-34} {outcome.Passed,5} passed {outcome.Failed,4} failed {outcome.Skipped,4} skipped   {Took(watch.Elapsed)}");
    }

    skips.ForEach(skip => Console.WriteLine($"    skipped: {skip}"));
    if (outcome.Failed > 0)
    {
        Console.WriteLine(string.Join('\n', output.TakeLast(400).Append(fault is null ? "" : $"    {suite.Label} {fault}")));
    }

    return fault is null && failures.Count > 0 ? await RepeatAloneAsync(suite, executable, outcome, failures) : outcome;
}

// Tells a test that fails for a reason of its own from one that other work on the machine disturbed: that one passes alone. It is named
// at the end and does not fail the whole. Where many fail, something common is wrong, and nothing is repeated.
async Task<Outcome> RepeatAloneAsync(Suite suite, string executable, Outcome outcome, List<FailedTest> failures)
{
    const int methodsMax = 5;
    var methods = failures.Select(failure => failure.Method).Distinct().ToArray();
    if (methods.Length > methodsMax || failures.Count != outcome.Failed)
    {
        return outcome;
    }

    foreach (var method in methods)
    {
        var results = Path.Combine(root, "artifacts", "tests", suite.Label + ".alone.json");
        File.Delete(results);
        string[] command = ["-noLogo", "-noColor", "-reporter", "quiet", "-method", method, "-result-ctrf", results];
        var exit = await RunAsync(executable, command, [], suite.Settings, TimeSpan.FromMinutes(30));
        var (again, _, _) = File.Exists(results) ? Read(results) : (new Outcome(0, 0, 0), [], []);
        if (exit != 0 || again is not { Failed: 0, Passed: > 0 })
        {
            Console.WriteLine($"    fails alone too: {method}");
            continue;
        }

        var once = failures.Where(failure => failure.Method == method).ToArray();
        Array.ForEach(once, failure => Console.WriteLine($"    passes alone: {failure.Name}"));
        outcome = outcome with { Passed = outcome.Passed + once.Length, Failed = outcome.Failed - once.Length, Flaky = [.. outcome.Flaky, .. once.Select(failure => failure.Name)] };
    }

    return outcome;
}

static (Outcome Outcome, List<string> Skips, List<FailedTest> Failures) Read(string results)
{
    using var document = JsonDocument.Parse(File.ReadAllBytes(results));
    var found = document.RootElement.GetProperty("results");
    var summary = found.GetProperty("summary");
    int Count(string name) => summary.GetProperty(name).GetInt32();
    var skips = found.GetProperty("tests").EnumerateArray().Where(test => test.GetProperty("status").GetString() == "skipped")
        .Select(test => $"{test.GetProperty("name").GetString()}: {(test.TryGetProperty("message", out var why) ? why.GetString() : "no reason given")}");

    // Errors outside any test (a fixture that cannot be disposed, say) are failures too.
    var errors = found.GetProperty("extra").GetProperty("suites").EnumerateArray()
        .Sum(suite => suite.TryGetProperty("errors", out var list) ? list.GetArrayLength() : 0);
    var failures = found.GetProperty("tests").EnumerateArray().Where(test => test.GetProperty("status").GetString() == "failed")
        .Select(test => new FailedTest(
            test.GetProperty("name").GetString()!,
            $"{test.GetProperty("extra").GetProperty("type").GetString()}.{test.GetProperty("extra").GetProperty("method").GetString()}"));
    return (new(Count("passed"), Count("failed") + Count("other") + errors, Count("skipped") + Count("pending")), skips.ToList(), failures.ToList());
}

async Task<int> DotnetAsync(string title, string[] arguments)
{
    var output = new List<string>();
    Say($"{title}: dotnet {string.Join(' ', arguments.Select(Short))}");
    var watch = Stopwatch.StartNew();
    var exit = await RunAsync("dotnet", arguments, output);
    if (exit != 0)
    {
        Console.WriteLine(string.Join('\n', output));
        return Problem($"{title}: failed with exit code {exit} after {Took(watch.Elapsed)}");
    }

    // A warning that slipped past warnings-as-errors (the linker's, say) counts as well.
    if (output.Where(line => WarningLine().IsMatch(line)).ToArray() is { Length: > 0 } warnings)
    {
        Console.WriteLine(string.Join('\n', warnings));
        return Problem($"{title}: {warnings.Length} warnings, and there must be none");
    }

    Console.WriteLine($"  done in {Took(watch.Elapsed)}");
    return 0;
}

// Runs a program to its end. With `output`, what it writes is kept there; without, it has the terminal to itself.
async Task<int> RunAsync(
    string command, string[] arguments, List<string>? output = null, Dictionary<string, string>? settings = null, TimeSpan? limit = null)
{
    var start = new ProcessStartInfo(command, arguments)
    {
        WorkingDirectory = root,
        RedirectStandardOutput = output is not null,
        RedirectStandardError = output is not null,
        RedirectStandardInput = output is not null,
    };
    foreach (var (name, value) in settings ?? [])
    {
        start.Environment[name] = value;
    }

    using var process = Start(start);
    if (output is not null)
    {
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AddRange(line.Data is { } text ? [text] : []);
            }
        }

        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    // The terminal sends Ctrl-C to the program too: it ends in its own way, and then this tool does. A signal meant for
    // this process alone is passed on.
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
    });
    using var timeout = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan);
    try
    {
        await process.WaitForExitAsync(timeout.Token);
    }
    catch (OperationCanceledException)
    {
        output?.Add($"stopped after {Took(limit ?? default)}, the most this step may take");
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    return process.ExitCode;
}

Process Start(ProcessStartInfo start)
{
    try
    {
        return Process.Start(start) ?? throw new FileNotFoundException($"{start.FileName} did not start.");
    }
    catch (System.ComponentModel.Win32Exception missing)
    {
        throw new FileNotFoundException($"{Short(start.FileName)} cannot be run: {missing.Message}", missing);
    }
}

void Say(string text) => Console.WriteLine($"{(Console.IsOutputRedirected ? "==>" : "\e[1;36m==>\e[0m")} {text}");

int Next(string text)
{
    Say(text);
    return 0;
}

int Problem(string text)
{
    Console.Error.WriteLine(Console.IsErrorRedirected ? $"problem: {text}" : $"\e[1;31mproblem:\e[0m {text}");
    return 1;
}

string Short(string path) => path.StartsWith(root, StringComparison.Ordinal) ? Path.GetRelativePath(root, path) : path;

static string Took(TimeSpan time) => time.TotalMinutes < 1
    ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
    : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s");

static string? Value(string[] options, string name) =>
    Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;

static string? OnPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
    .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

static string Root([CallerFilePath] string self = "") => Path.GetDirectoryName(self)!;

internal static partial class Program
{
    [GeneratedRegex(@"\bwarning( [A-Z]+\d+)?:")]
    private static partial Regex WarningLine();
}

/// <summary>One run of a test project.</summary>
/// <param name="Project">Its folder and file name under tests/.</param>
/// <param name="Arguments">Arguments for the test program.</param>
/// <param name="Settings">Environment variables for it. With any, the run is told apart from the plain one by its label.</param>
internal sealed record Suite(string Project, string[] Arguments, Dictionary<string, string> Settings)
{
    public string Label => Settings.Count == 0 ? Project : Project + " (long)";
}

/// <summary>What came of a run, in tests.</summary>
internal sealed record Outcome(int Passed, int Failed, int Skipped)
{
    /// <summary>Names of tests that failed among others and passed alone. They count as passed.</summary>
    public string[] Flaky { get; init; } = [];

    public Outcome Plus(Outcome other) =>
        new(Passed + other.Passed, Failed + other.Failed, Skipped + other.Skipped) { Flaky = [.. Flaky, .. other.Flaky] };
}

/// <summary>A test that failed.</summary>
/// <param name="Name">As it is shown, with its arguments.</param>
/// <param name="Method">Class and method, as the test program's -method takes them.</param>
internal sealed record FailedTest(string Name, string Method);
