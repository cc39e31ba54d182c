using CsCheck;

namespace Coffer.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    private static readonly string[] ModelKeys = ["a", "a/", "a/b", "a/b/c", "a0", "b", "b/%", "b/_", "é", "\uFFEE", "😀", "😀/"];

    private static readonly Gen<string> AnyKey = Gen.Int[0, ModelKeys.Length - 1].Select(i => ModelKeys[i]);

    private static readonly Gen<StoreWrite> AnyWrite =
        Gen.Select(AnyKey, Gen.Byte.Array[0, 40], Gen.Int[0, 3], (key, value, kind) => new StoreWrite(key, kind == 0 ? null : value));

    /// <summary>A precondition, by how it relates to the truth: 0 true, 1 absence, 2 an old or invented version.</summary>
    private static readonly Gen<(string Key, int Kind)> AnyPrecondition =
        Gen.Select(AnyKey, Gen.Int[0, 6], (key, kind) => (key, Math.Max(0, kind - 4)));

    private static readonly Gen<ModelStep> AnyStep = Gen.Select(
        AnyWrite.Array[0, 4], AnyPrecondition.Array[0, 3], AnyKey, AnyKey.Null(), Gen.Int[1, 6],
        (writes, preconditions, prefix, after, limit) =>
            new ModelStep([.. writes.DistinctBy(write => write.Key)], preconditions, prefix, after, limit));

    [Fact]
    public async Task A_store_does_what_a_sorted_dictionary_does() =>
        await AnyStep.Array[1, 12].SampleAsync(RunModelAsync, seed: "0000KOIKe7H3", iter: 60, threads: 1);

    private async Task RunModelAsync(ModelStep[] steps)
    {
        await ClearAsync();
        var model = new SortedDictionary<string, (long Version, byte[] Value)>(KeyOrder.Instance);
        var largest = 0L;
        foreach (var step in steps)
        {
            var preconditions = step.Preconditions.Select(precondition => Concrete(precondition, model)).ToList();
            var holds = preconditions.TrueForAll(precondition => VersionIn(model, precondition.Key) == precondition.Version);

            Assert.Equal(holds, await CommitAsync(step.Writes, preconditions));
            foreach (var write in holds ? step.Writes : [])
            {
                model.Remove(write.Key);
                if (write.Value is { } value)
                {
                    var version = await VersionAsync(write.Key);
                    Assert.True(version > largest);
                    model[write.Key] = (version, value.ToArray());
                }
            }

            largest = model.Values.Select(entry => entry.Version).Append(largest).Max();
            await CompareAsync(model, step);
        }
    }

    private async Task CompareAsync(SortedDictionary<string, (long Version, byte[] Value)> model, ModelStep step)
    {
        foreach (var key in ModelKeys)
        {
            var entry = await GetAsync(key);
            Assert.Equal(model.TryGetValue(key, out var expected), entry is not null);
            Assert.Equal((expected.Version, Hex(expected.Value)), (entry.GetValueOrDefault().Version, Hex(entry?.Value.ToArray())));
        }

        var inOrder = model
            .Where(pair => pair.Key.StartsWith(step.Prefix, StringComparison.Ordinal))
            .Where(pair => step.After is null || KeyOrder.Instance.Compare(pair.Key, step.After) > 0)
            .Take(step.Limit)
            .Select(pair => new KeyVersion(pair.Key, pair.Value.Version));
        var scanned = await ScanAsync(step.Prefix, step.After, step.Limit);
        Assert.Equal(inOrder, scanned);
    }

    private async Task ClearAsync() => Assert.True(await CommitAsync([.. ModelKeys.Select(Delete)]));

    private static StorePrecondition Concrete((string Key, int Kind) wanted, SortedDictionary<string, (long Version, byte[] Value)> model) =>
        new(wanted.Key, wanted.Kind switch
        {
            0 => VersionIn(model, wanted.Key),
            1 => 0,
            _ => Math.Max(1, VersionIn(model, wanted.Key) - 1),
        });

    private static long VersionIn(SortedDictionary<string, (long Version, byte[] Value)> model, string key) =>
        model.TryGetValue(key, out var entry) ? entry.Version : 0;

    private static string Hex(byte[]? value) => Convert.ToHexString(value ?? []);

    private sealed record ModelStep(
        StoreWrite[] Writes, (string Key, int Kind)[] Preconditions, string Prefix, string? After, int Limit);
}
