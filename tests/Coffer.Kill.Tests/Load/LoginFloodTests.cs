using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Kill.Tests.Running;

namespace Coffer.Kill.Tests.Load;

/// <summary>A hundred strangers guess passwords as fast as they are answered, while leases run out and a balancer asks for the server's health.</summary>
public sealed class LoginFloodTests
{
    private const int Connections = 100;
    private const int Leases = 5;

    // Far above what is measured (the figures line has it, and docs/reliability.md), far below the seconds that a flood stopped everything for.
    private const double HealthMillisecondsMax = 1500;
    private const double LateSecondsMax = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flood_of_logins_stops_neither_health_nor_revocations()
    {
        await using var stage = await Stage.StartAsync(commits: false, TimeSpan.FromSeconds(15));
        var seconds = stage.Seconds(5);
        await stage.SetLivesAsync(seconds, seconds);
        (await stage.Api.WriteAsync("sys/auth/userpass", new JsonObject { ["type"] = "userpass" }, Cancel)).Ok();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var flood = Enumerable.Range(0, Connections).Select(n => GuessAsync(stage.Server.Address, n, end.Token)).ToArray();
        var health = HealthAsync(stage.Server.Address, end.Token);

        var late = new List<double>();
        for (var n = 0; n < Leases; n++)
        {
            late.Add(await LatenessAsync(stage, await stage.IssueAsync(Stage.PlainRole)));
        }

        await end.CancelAsync();
        var guesses = (await Task.WhenAll(flood)).Sum();
        var times = (await health).Order().ToArray();
        var p99 = times[(int)(times.Length * 0.99)];
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{guesses} guesses, health {times.Length} times: p50 {times[times.Length / 2]:F1} ms, p99 {p99:F1} ms; revocations late by at most {late.Max():F2} s");
        Figures.Add("flood", line);
        Assert.True(guesses > 0, line);
        Assert.True(p99 < HealthMillisecondsMax && late.Max() <= LateSecondsMax, line);
    }

    /// <summary>Seconds from the end of a lease until its user is gone.</summary>
    private static async Task<double> LatenessAsync(Stage stage, Credential credential)
    {
        while ((await stage.Visitor.UsersAsync(Cancel)).Any(user => user.AccessKeyIds.Contains(credential.KeyId)))
        {
            await Task.Delay(Pause, Cancel);
        }

        return (DateTimeOffset.UtcNow - credential.WorksUntil).TotalSeconds;
    }

    private static async Task<List<double>> HealthAsync(Uri server, CancellationToken end)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server };
        var times = new List<double>();
        while (!end.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            using var reply = await http.GetAsync(new Uri("v1/sys/health", UriKind.Relative), Cancel);
            reply.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            await Task.Delay(Pause, Cancel);
        }

        return times;
    }

    /// <returns>Guesses that were answered.</returns>
    private static async Task<int> GuessAsync(Uri server, int number, CancellationToken end)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server };
        for (var answered = 0; ; answered++)
        {
            try
            {
                using var body = new StringContent("""{"password":"guess"}""", Encoding.UTF8, "application/json");
                using var reply = await http.PostAsync(new Uri($"v1/auth/userpass/login/somebody{number}", UriKind.Relative), body, end);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return answered;
            }
        }
    }
}
