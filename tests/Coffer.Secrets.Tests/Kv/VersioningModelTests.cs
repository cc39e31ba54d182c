using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Secrets.Kv;
using Coffer.Testing.Engines;
using CsCheck;

namespace Coffer.Secrets.Tests.Kv;

/// <summary>Random histories of one key against a model that knows nothing of entries, with virtual time.</summary>
public sealed class VersioningModelTests
{
    private static readonly Gen<int[]> Numbers = Gen.Int[-1, 14].Array[1, 3];

    private static readonly Gen<Step> Steps = Gen.OneOf(
        Gen.Select(Gen.Bool, Gen.Int[0, 9]).Select((large, n) => (Step)new Step.Put(large, n)),
        Gen.Int[0, 9].Select(n => (Step)new Step.Patch(n)),
        Gen.Const((Step)new Step.DeleteNewest()),
        Numbers.Select(numbers => (Step)new Step.Delete(numbers)),
        Numbers.Select(numbers => (Step)new Step.Undelete(numbers)),
        Numbers.Select(numbers => (Step)new Step.Destroy(numbers)),
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 8]).Select((max, after) => (Step)new Step.Settings(max, after)),
        Gen.Select(Gen.Int[0, 4], Gen.Int[-1, 8]).Select((max, after) => (Step)new Step.Config(max, after)),
        Gen.Int[0, 4].Select(seconds => (Step)new Step.Wait(seconds)),
        Gen.Const((Step)new Step.Remove()));

    [Fact]
    public Task Any_history_of_a_key_reads_as_the_model_says() =>
        Gen.Select(Gen.Bool, Steps.Array[1, 40]).SampleAsync(
            async (upgraded, steps) =>
            {
                await using var harness = upgraded ? new EngineHarness(KvEngines.Type) : VersionedHarness.New();
                harness.RunsTwice = false;
                var model = new Model();
                if (upgraded)
                {
                    (await harness.WriteAsync("a/k", """{"n":5}""")).AssertDone();
                    await harness.TuneAsync("""{"options":{"version":"2"}}""");
                    model.Upgrade(5);
                }

                foreach (var step in steps)
                {
                    await ApplyAsync(harness, step);
                    model.Apply(step);
                    await CompareAsync(harness, model);
                }
            },
            iter: 200);

    private static async Task ApplyAsync(EngineHarness harness, Step step)
    {
        switch (step)
        {
            case Step.Put put:
                var body = $$"""{"n":{{Text(put.N)}}{{(put.Large ? $",\"pad\":\"{new string('x', 2500)}\"" : "")}}}""";
                Assert.Equal(200, (await harness.WriteAsync("data/a/k", $$"""{"data":{{body}}}""")).Status());
                break;
            case Step.Patch patch:
                await harness.PatchAsync("data/a/k", $$$"""{"data":{"n":{{{Text(patch.N)}}}}}""");
                break;
            case Step.DeleteNewest:
                (await harness.DeleteAsync("data/a/k")).AssertDone();
                break;
            case Step.Delete delete:
                (await harness.WriteAsync("delete/a/k", Versions(delete.Versions))).AssertDone();
                break;
            case Step.Undelete undelete:
                (await harness.WriteAsync("undelete/a/k", Versions(undelete.Versions))).AssertDone();
                break;
            case Step.Destroy destroy:
                (await harness.WriteAsync("destroy/a/k", Versions(destroy.Versions))).AssertDone();
                break;
            case Step.Settings settings:
                (await harness.WriteAsync("metadata/a/k", Limits(settings.Max, settings.After))).AssertDone();
                break;
            case Step.Config config:
                (await harness.WriteAsync("config", Limits(config.Max, config.After))).AssertDone();
                break;
            case Step.Wait wait:
                harness.Clock.Advance(TimeSpan.FromSeconds(wait.Seconds));
                break;
            default:
                (await harness.DeleteAsync("metadata/a/k")).AssertDone();
                break;
        }
    }

    private static async Task CompareAsync(EngineHarness harness, Model model)
    {
        for (var number = 0; number <= model.Current + 1; number++)
        {
            var expected = model.Read(number);
            var reply = await harness.ReadAsync($"data/a/k?version={Text(number)}");
            Assert.Equal(expected.Status, reply.Status());
            Assert.Equal(expected.N, reply.N());
        }

        var metadata = await harness.ReadAsync("metadata/a/k");
        Assert.Equal(model.Exists ? 200 : 404, metadata.Status());
        Assert.Equal(model.Exists ? 200 : 404, (await harness.ListAsync("metadata/a")).Status());
        if (model.Exists)
        {
            var versions = metadata.Data()["versions"]!.AsObject();
            Assert.Equal(model.Numbers, versions.Select(version => int.Parse(version.Key, CultureInfo.InvariantCulture)).Order());
            Assert.All(versions, version => Assert.Equal(
                model.IsDestroyed(int.Parse(version.Key, CultureInfo.InvariantCulture)), (bool)version.Value!["destroyed"]!));
        }
        else
        {
            Assert.DoesNotContain(await harness.Store.KeysAsync(), key => key != "config");
        }

        // No data outlives its version, and every version that may come back still has its data.
        var own = (await harness.Store.KeysAsync()).Where(key => key.StartsWith("data/", StringComparison.Ordinal)).Select(key => key.Split('/')[^1]);
        Assert.All(own, number => Assert.False(model.IsDestroyed(int.Parse(number, CultureInfo.InvariantCulture)), "a destroyed version has data"));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Versions(int[] numbers) => new JsonObject { ["versions"] = new JsonArray([.. numbers.Select(n => (JsonNode)n)]) }.ToJsonString();

    private static string Limits(int max, int after) => new JsonObject { ["max_versions"] = max, ["delete_version_after"] = after }.ToJsonString();

    private abstract record Step
    {
        public sealed record Put(bool Large, int N) : Step;

        public sealed record Patch(int N) : Step;

        public sealed record DeleteNewest : Step;

        public sealed record Delete(int[] Versions) : Step;

        public sealed record Undelete(int[] Versions) : Step;

        public sealed record Destroy(int[] Versions) : Step;

        public sealed record Settings(int Max, int After) : Step;

        public sealed record Config(int Max, int After) : Step;

        public sealed record Wait(int Seconds) : Step;

        public sealed record Remove : Step;
    }

    /// <summary>What the documentation says, on a sorted map and a clock in whole seconds.</summary>
    private sealed class Model
    {
        private readonly SortedDictionary<int, Row> _rows = [];
        private int _now;
        private int _current;
        private int _oldest;
        private (int Max, int After) _key;
        private (int Max, int After) _mount;

        public int Current => _current;

        public bool Exists { get; private set; }

        public IEnumerable<int> Numbers => _rows.Keys;

        public bool IsDestroyed(int number) => _rows[number].Destroyed;

        public void Upgrade(int n)
        {
            (Exists, _current, _oldest) = (true, 1, 1);
            _rows[1] = new Row(n);
        }

        public void Apply(Step step)
        {
            switch (step)
            {
                case Step.Put put:
                    Add(put.N);
                    break;
                case Step.Patch patch when Read(0).Status == 200:
                    Add(patch.N);
                    break;
                case Step.DeleteNewest:
                    Delete([_current]);
                    break;
                case Step.Delete delete:
                    Delete(delete.Versions);
                    break;
                case Step.Undelete undelete:
                    Each(undelete.Versions, row => row.End = row.Destroyed ? row.End : EndOf());
                    break;
                case Step.Destroy destroy:
                    Each(destroy.Versions, row => row.Destroyed = true);
                    break;
                case Step.Settings settings:
                    (Exists, _key) = (true, (settings.Max, settings.After));
                    break;
                case Step.Config config:
                    _mount = (config.Max, config.After);
                    break;
                case Step.Wait wait:
                    _now += wait.Seconds;
                    break;
                case Step.Remove:
                    _rows.Clear();
                    (Exists, _current, _oldest, _key) = (false, 0, 0, (0, 0));
                    break;
                default:
                    break;
            }
        }

        public (int Status, int? N) Read(int number) =>
            !_rows.TryGetValue(number > 0 ? number : _current, out var row) || row.Destroyed || row.End <= _now ? (404, null) : (200, row.N);

        private void Add(int n)
        {
            Exists = true;
            _rows[++_current] = new Row(n) { End = EndOf() };
            var max = Math.Max(_mount.Max, _key.Max) is > 0 and var larger ? larger : 10;
            if (_current - _oldest >= max)
            {
                _oldest = _current - max + 1;
                foreach (var number in _rows.Keys.Where(number => number < _oldest).ToArray())
                {
                    _rows.Remove(number);
                }
            }
        }

        private void Delete(int[] numbers) => Each(numbers, row => row.End = row.Destroyed || row.End <= _now ? row.End : _now);

        private void Each(int[] numbers, Action<Row> change)
        {
            foreach (var number in numbers.Where(_rows.ContainsKey))
            {
                change(_rows[number]);
            }
        }

        private int? EndOf() => (_mount.After, _key.After) switch
        {
            ( < 0, _) or (0, 0) => null,
            (0, var key) => _now + key,
            (var mount, 0) => _now + mount,
            var (mount, key) => _now + Math.Min(mount, key),
        };

        private sealed class Row(int n)
        {
            public int N => n;

            public int? End { get; set; }

            public bool Destroyed { get; set; }
        }
    }
}
