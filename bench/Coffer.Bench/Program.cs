using Coffer.Bench;
using Coffer.Bench.Soak;

if (args is ["bare", var port])
{
    await BareEndpoint.RunAsync(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

if (args is ["sandbox", var sandboxPort])
{
    // Every credential is a user that lives for a month, and there may be many before the run ends.
    var account = new Coffer.AwsSandbox.Settings.SandboxOptions
    {
        Port = int.Parse(sandboxPort, System.Globalization.CultureInfo.InvariantCulture),
        UsersMax = 10_000_000,
        JournalMax = 1,
    };
    await using var sandbox = await Coffer.AwsSandbox.SandboxAccount.StartAsync(account);
    await Task.Delay(Timeout.Infinite);
}

if (args is ["soak", .. var soakArguments])
{
    if (SoakOptions.Parse(soakArguments) is not { } soak)
    {
        Console.Error.WriteLine(SoakOptions.Help);
        return 1;
    }

    try
    {
        return await new SoakRun(soak.Program, soak.Duration, soak.Seed).RunAsync(CancellationToken.None) ? 0 : 1;
    }
    catch (BenchException refused)
    {
        Console.Error.WriteLine($"problem: {refused.Message}");
        return 1;
    }
}

if (!BenchOptions.TryParse(args, out var options, out var problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(BenchOptions.Help);
    return problem.Length == 0 ? 0 : 1;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

try
{
    if (options.Budget is { } file)
    {
        var budget = Budget.Read(file);
        if (await budget.RunAsync(options with { Only = budget.Loads, Storages = ["memory"] }, stop.Token))
        {
            return 0;
        }

        Console.Error.WriteLine($"problem: less of bare Kestrel was reached than {Path.GetFileName(file)} asks for, in {Budget.Tries} runs: find what became slower, or lower the line and say why");
        return 1;
    }

    await new Session(options).RunAsync(stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("stopped; what is printed above was measured");
    return 1;
}
catch (BenchException refused)
{
    Console.Error.WriteLine($"problem: {refused.Message}");
    return 1;
}
