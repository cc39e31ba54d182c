using System.Globalization;
using Coffer.Kill.Host;
using Coffer.Sdk.Primitives;
using Coffer.Server;
using Coffer.Server.Configuration;
using Coffer.Server.Logging;
using Coffer.Testing;
using Microsoft.Extensions.Logging;

// The server as `coffer server -config=FILE` runs it, but for its store, which takes orders to kill the process at a commit. Orders come as lines
// (`Before 3`, `After 1`) and are answered with `armed`. It ends with its standard input, so that it does not outlive the tests.
if (args is not [var file])
{
    await Console.Error.WriteLineAsync("usage: Coffer.Kill.Host CONFIG");
    return 2;
}

var read = ConfigurationReader.Read([file]);
if (read.Options is not { } options)
{
    await Console.Error.WriteLineAsync(string.Join('\n', read.Problems));
    return 1;
}

var store = new KillingStore(await options.Storage.OpenAsync(CancellationToken.None));
using var log = new ServerLog(new LogOptions { Level = LogLevel.Warning }, Console.Error, TimeProvider.System);
await using var server = await CofferServer.StartAsync(
    options with { Loggers = log }, store, TimeProvider.System, SystemRandom.Instance, CancellationToken.None);
while (await Console.In.ReadLineAsync() is { } order)
{
    var (moment, number) = order.Split(' ') is [var when, var count] ? (when, count) : throw new InvalidDataException($"not an order: {order}");
    store.KillAt(int.Parse(number, CultureInfo.InvariantCulture), Enum.Parse<KillMoment>(moment));
    Console.WriteLine("armed");
}

return 0;
