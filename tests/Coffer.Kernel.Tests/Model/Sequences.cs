using System.Globalization;
using System.Text;
using Coffer.Kernel.Tests.Harness;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Model;

/// <summary>Runs sequences of steps; one that fails is made as short as it can be while it still fails, and reported with what repeats it.</summary>
internal static class Sequences
{
    private const int ShorteningsMax = 150;

    /// <summary>A whole sequence on a fresh server.</summary>
    public static async Task RunAsync(int seed, int length, Func<Task<IStore>> openStore)
    {
        var steps = Step.Sequence(seed, length);
        if (await FailureAsync(steps, openStore) is not { } failure)
        {
            return;
        }

        (steps, failure) = await ShortenAsync(steps, failure, openStore);
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"seed {seed}, {length} steps, of which these are enough:\n");
        steps.ToList().ForEach(step => text.Append("  ").Append(step).Append('\n'));
        text.Append(CultureInfo.InvariantCulture, $"Repeat it: COFFER_MODEL_SEED={seed} dotnet run dev.cs test -project Kernel -filter ModelTests\n{failure}");
        Assert.Fail(text.ToString());
    }

    private static async Task<Exception?> FailureAsync(IReadOnlyList<Step> steps, Func<Task<IStore>> openStore)
    {
        await using var harness = await KernelHarness.StartAsync(await openStore());
        var runner = new StepRunner(harness, strict: true);
        try
        {
            foreach (var step in steps)
            {
                await runner.RunAsync(step);
            }

            await runner.FinishAsync();
            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return failure;
        }
    }

    /// <summary>Takes out halves, then smaller pieces, as long as it still fails.</summary>
    private static async Task<(IReadOnlyList<Step> Steps, Exception Failure)> ShortenAsync(
        IReadOnlyList<Step> steps, Exception failure, Func<Task<IStore>> openStore)
    {
        var tries = 0;
        for (var piece = steps.Count / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at < steps.Count && tries < ShorteningsMax; tries++)
            {
                Step[] shorter = [.. steps.Take(at), .. steps.Skip(at + piece)];
                if (await FailureAsync(shorter, openStore) is { } still)
                {
                    (steps, failure) = (shorter, still);
                }
                else
                {
                    at += piece;
                }
            }
        }

        return (steps, failure);
    }
}
