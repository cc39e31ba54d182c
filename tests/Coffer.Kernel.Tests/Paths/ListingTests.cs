using Coffer.Sdk.Engines;
using Coffer.Storage.Memory;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>A listing is of what its path names, and of nothing else: for every path that can be listed.</summary>
public sealed class ListingTests
{
    [Fact]
    public async Task A_listing_of_a_name_that_is_not_there_shows_nothing()
    {
        await using var harness = await EveryPath.StartAsync(new MemoryStore());
        var shown = new List<string>();
        var looked = 0;
        foreach (var path in EveryPath.All.Where(path => path.Row.List is not null && path.Parameters.Any()))
        {
            foreach (var end in (string[])["", "/"])
            {
                looked++;
                var answer = await harness.SendAsync(Operation.List, path.With(_ => "zqnothere") + end, body: null);
                if (answer.Status is not (404 or 405 or 400))
                {
                    shown.Add($"{path}{end}: {answer.Status} {answer.Body}");
                }
            }
        }

        Assert.True(shown.Count == 0, string.Join("\n", shown));
        Assert.InRange(looked, 12, int.MaxValue);
    }
}
