using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Secrets.Kv;

namespace Coffer.Secrets.Tests.Kv;

public sealed class StoredKeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public void A_key_that_is_stored_whole_is_read_back_as_it_was_written()
    {
        var written = new KvKey
        {
            MaxVersions = 2,
            CasRequired = true,
            DeleteVersionAfter = TimeSpan.FromSeconds(90),
        };
        for (var version = 0; version < 4; version++)
        {
            written = written.Add(new KvVersion { Created = Now.AddTicks(version), Deletion = version == 2 ? Now.AddDays(1) : null, Inline = version == 3 ? [1, 2, 3] : null }, 3);
        }

        written = written.Change([2], version => version with { Destroyed = true });
        Assert.True(written.IsStoredWhole);

        var read = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(written, KvJson.Default.KvKey), KvJson.Default.KvKey)!;

        Assert.Equal(WithoutVersions(written), WithoutVersions(read));
        Assert.Equal(written.Versions.Select(WithoutData), read.Versions.Select(WithoutData));
        Assert.Equal(written.Versions.Select(version => Convert.ToHexString(version.Inline ?? [])), read.Versions.Select(version => Convert.ToHexString(version.Inline ?? [])));
        Assert.Equal(written.Versions.Select(version => version.Inline is null), read.Versions.Select(version => version.Inline is null));
        Assert.All(read.Versions, version => Assert.Equal(TimeSpan.Zero, version.Created.Offset));
    }

    [Fact]
    public void A_key_with_labels_is_not_stored_whole() =>
        Assert.False(new KvKey { CustomMetadata = ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase).Add("b", "1") }.IsStoredWhole);

    private static KvKey WithoutVersions(KvKey key) => key with { Versions = default };

    private static KvVersion WithoutData(KvVersion version) => version with { Inline = null };
}
