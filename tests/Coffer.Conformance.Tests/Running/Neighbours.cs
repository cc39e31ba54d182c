using System.Text.RegularExpressions;
using Coffer.Conformance.Tests.Matching;
using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests.Running;

/// <summary>What some cases need beside the server, such as an AWS account: started for the case, told to it as a variable, gone with it.</summary>
internal sealed partial class Neighbours : IAsyncDisposable
{
    /// <summary>
    /// Who can be started, by the variable the recordings call it by. A case that names another one of <see cref="Known"/> cannot
    /// run, and says so.
    /// </summary>
    private static readonly Dictionary<string, Func<CancellationToken, Task<(string Value, IAsyncDisposable Neighbour)>>> Starters = new()
    {
        ["aws"] = AwsNeighbour.StartAsync,
    };

    private static readonly string[] Known = ["aws", "k8s", "pg", "pgpw"];

    private readonly List<IAsyncDisposable> _started = [];

    /// <summary>Starts those that the case names, and sets their variables.</summary>
    /// <exception cref="InvalidOperationException">Nothing here can be what the case needs.</exception>
    public static async Task<Neighbours> StartAsync(RecordedCase recorded, Variables variables, CancellationToken cancellation)
    {
        var neighbours = new Neighbours();
        foreach (var name in Named(recorded))
        {
            if (!Starters.TryGetValue(name, out var start))
            {
                await neighbours.DisposeAsync();
                throw new InvalidOperationException($"the case needs ${{{name}}}, and nothing here can be that");
            }

            var (value, neighbour) = await (name == "aws" && MotoNeighbour.Suits(recorded.Id) ? MotoNeighbour.StartAsync(cancellation) : start(cancellation));
            neighbours._started.Add(neighbour);
            variables.Set(name, value);
        }

        return neighbours;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var neighbour in _started)
        {
            await neighbour.DisposeAsync();
        }
    }

    private static IEnumerable<string> Named(RecordedCase recorded)
    {
        var text = string.Join('\n', recorded.Steps.OfType<RecordedStep.Send>().Select(step =>
            $"{step.Request.Path} {step.Request.Body?.GetRawText()} {step.Request.Raw} {string.Join(' ', step.Request.Headers.Values)}"));
        return Reference().Matches(text).Select(match => match.Groups[1].Value).Where(Known.Contains).Distinct();
    }

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Reference();
}
