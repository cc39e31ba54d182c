using System.Buffers;
using System.Text;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Entries;
using Coffer.Audit.Sinks;
using Coffer.Audit.Verification;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Audit.Tests;

/// <summary>What is done to a log by somebody who can write its files and has no key.</summary>
public sealed class AuditForgeryTests : IDisposable
{
    private const string Device = "device-1";
    private static readonly byte[] Key = AuditSigner.NewKey();
    private static readonly byte[] OtherKey = AuditSigner.NewKey();

    /// <summary>Each makes another log of a file whose 12 lines are 3 entries and a checkpoint, three times.</summary>
    private static readonly Dictionary<string, Func<string[], byte[]>> Forgeries = new()
    {
        ["an empty file"] = _ => [],
        ["hello world"] = _ => "hello world\n"u8.ToArray(),
        ["hello world without a newline"] = _ => "hello world"u8.ToArray(),
        ["another program's log"] = _ => "{\"time\":\"x\",\"type\":\"request\"}\n"u8.ToArray(),
        ["the chain taken out"] = lines => ForgedLog.Bytes(ForgedLog.Stripped(lines)),
        ["the chain taken out of the first lines"] = lines => ForgedLog.Bytes([.. ForgedLog.Stripped(lines[..3]), .. lines[3..]]),
        ["all checkpoints dropped"] = lines => ForgedLog.Bytes(ForgedLog.Chained(ForgedLog.WithoutCheckpoints(lines))),
        ["an entry changed and everything after it chained again"] = lines => ForgedLog.Bytes(ForgedLog.Chained(Changed(lines, 1))),
        ["an entry changed, and no checkpoint after it"] = lines => ForgedLog.Bytes(ForgedLog.Chained([.. Changed(lines, 5)[..7], .. ForgedLog.WithoutCheckpoints(lines[7..])])),
        ["an entry left out"] = lines => ForgedLog.Bytes(ForgedLog.Chained([.. lines[..1], .. lines[2..]])),
        ["two entries in each other's place"] = lines => ForgedLog.Bytes(ForgedLog.Chained([lines[0], lines[2], lines[1], .. lines[3..]])),
        ["an entry twice"] = lines => ForgedLog.Bytes(ForgedLog.Chained([.. lines[..2], lines[1], .. lines[2..]])),
        ["lines added before the first"] = lines => ForgedLog.Bytes(["{\"time\":\"x\",\"type\":\"request\"}", .. lines]),
        ["another key"] = lines => Resigned(lines, OtherKey, Device),
        ["another server's log"] = _ => ForgedLog.Bytes(Log(OtherKey, Device, 3)),
        ["another device's log"] = _ => ForgedLog.Bytes(Log(Key, "device-2", 3)),
        ["another device's log behind the first part"] = lines => ForgedLog.Bytes([.. lines[..4], .. Log(Key, "device-2", 3)]),
        ["a tail that was written again"] = lines => ForgedLog.Bytes([.. lines[..8], .. ForgedLog.Chained(Changed(lines, 8)[8..11], 9, HashOf(lines[7]))]),
        ["lines missing after a checkpoint"] = lines => ForgedLog.Bytes(lines[..8]),
        ["lines missing in the midst of a line"] = lines => ForgedLog.Bytes(lines)[..^20],
        ["the first lines missing"] = lines => ForgedLog.Bytes(lines[4..]),
    };

    /// <summary>What a key alone does not show: lines that are not signed yet, and the end.</summary>
    private static readonly string[] NeedTheEnd =
    [
        "an entry changed, and no checkpoint after it", "a tail that was written again", "lines missing after a checkpoint", "lines missing in the midst of a line",
        "the first lines missing",
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Forgeries.Keys];

    private static string Pem => AuditSigner.PublicKeyOf(Key).Pem;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_forgery_is_found_against_the_key_and_the_end_that_the_server_tells(string name)
    {
        var lines = Log(Key, Device, 3);
        var (problem, notChecked) = ForgedLog.Judge(Known(lines), Forgeries[name](lines));

        if (name == "the first lines missing")
        {
            Assert.Null(problem);
            Assert.Equal("lines before entry 5: they are in an earlier file that was not given, or were removed", Assert.Single(notChecked));
        }
        else
        {
            Assert.NotNull(problem);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_forgery_is_found_against_the_key_alone_or_is_among_what_was_not_checked(string name)
    {
        var lines = Log(Key, Device, 3);
        var (problem, notChecked) = ForgedLog.Judge(new AuditProof { PublicKeyPem = Pem, Device = Device }, Forgeries[name](lines));

        Assert.Equal(NeedTheEnd.Contains(name), problem is null);
        Assert.Equal(problem is null, notChecked.Count > 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_a_key_no_file_is_proven(string name)
    {
        var lines = Log(Key, Device, 3);
        foreach (var file in (byte[][])[ForgedLog.Bytes(lines), Forgeries[name](lines)])
        {
            var (problem, notChecked) = ForgedLog.Judge(AuditProof.None, file);

            Assert.True(problem is not null || notChecked.Any(what => what.StartsWith("who wrote the log", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void The_log_itself_is_proven_by_key_and_end_and_by_the_end_alone()
    {
        var lines = Log(Key, Device, 3);

        Assert.Equal((null, 0), Count(ForgedLog.Judge(Known(lines), ForgedLog.Bytes(lines))));
        Assert.Equal((null, 0), Count(ForgedLog.Judge(new AuditProof { Marks = [MarkOf(lines, 12)] }, ForgedLog.Bytes(lines))));
        Assert.Equal(
            ["whether lines are missing at the end: only the server knows where its log ends. Use -ask or -end"],
            ForgedLog.Judge(new AuditProof { PublicKeyPem = Pem }, ForgedLog.Bytes(lines)).NotChecked);
        Assert.StartsWith("entries 9 to 11: ", ForgedLog.Judge(new AuditProof { PublicKeyPem = Pem }, ForgedLog.Bytes(lines[..11])).NotChecked[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_lines_that_the_server_names_both_must_be_there()
    {
        var lines = Log(Key, Device, 3);

        Assert.Equal((null, 0), Count(ForgedLog.Judge(Known(lines) with { Marks = [MarkOf(lines, 4), MarkOf(lines, 12)] }, ForgedLog.Bytes(lines))));
        Assert.NotNull(ForgedLog.Judge(Known(lines) with { Marks = [new AuditMark(4, LineHash.Zero.ToString()), MarkOf(lines, 12)] }, ForgedLog.Bytes(lines)).Problem);
    }

    [Fact]
    public void A_young_log_without_a_checkpoint_is_proven_by_its_end_and_refused_by_the_key_alone()
    {
        var lines = Log(Key, Device, 1)[..3];

        Assert.Contains("no line of it is signed", ForgedLog.Judge(new AuditProof { PublicKeyPem = Pem }, ForgedLog.Bytes(lines)).Problem, StringComparison.Ordinal);
        Assert.Equal((null, 0), Count(ForgedLog.Judge(Known(lines), ForgedLog.Bytes(lines))));
    }

    [Fact]
    public async Task Of_rotated_files_none_may_be_missing_changed_or_exchanged()
    {
        await using (var sink = Sink(Key, Device, "a.log"))
        {
            for (var file = 1; file <= 3; file++)
            {
                await WriteAsync(sink, 2);
                File.Move(_folder.File("a.log"), _folder.File($"a.log.{file}"));
                sink.Reopen();
            }

            await WriteAsync(sink, 1);
        }

        string[][] files = [Lines("a.log.1"), Lines("a.log.2"), Lines("a.log.3"), Lines("a.log")];
        var proof = new AuditProof { PublicKeyPem = Pem, Device = Device, Marks = [new AuditMark(11, HashOf(files[3][^1]))] };

        Assert.Equal((null, 0), Count(ForgedLog.Judge(proof, files)));
        Assert.Equal((null, 0), Count(ForgedLog.Judge(proof, [.. files, []])));
        Assert.NotNull(ForgedLog.Judge(proof, files[0], files[2], files[3]).Problem);
        Assert.NotNull(ForgedLog.Judge(proof, files[0], files[1], files[3]).Problem);
        Assert.NotNull(ForgedLog.Judge(proof, files[0], files[2], files[1], files[3]).Problem);
        Assert.NotNull(ForgedLog.Judge(proof, files[0], [], files[2], files[3]).Problem);
        Assert.NotNull(ForgedLog.Judge(proof, files[0], files[1][..2], files[2], files[3]).Problem);
        Assert.NotNull(ForgedLog.Judge(proof, files[0], files[1], files[2]).Problem);
        Assert.Contains(
            "lines before entry 4: ", Assert.Single(ForgedLog.Judge(proof, files[1], files[2], files[3]).NotChecked), StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_that_follow_one_another_are_named_and_devices_that_alternate_are_refused()
    {
        var one = Log(Key, Device, 1);
        var two = ForgedLog.Chained(Log(Key, Device, 1), 5, HashOf(one[^1]));
        string[] followed = [.. one, .. Signed(two, "device-2")];
        string[] alternating = [.. followed, .. Signed(ForgedLog.Chained(one, 9, HashOf(followed[^1])), Device)];

        Assert.Equal((null, 0), Count(ForgedLog.Judge(Known(followed) with { Device = "device-2" }, ForgedLog.Bytes(followed))));
        Assert.Contains("the log of another audit device", ForgedLog.Judge(Known(followed), ForgedLog.Bytes(followed)).Problem, StringComparison.Ordinal);
        Assert.Contains("logs of two devices are mixed", ForgedLog.Judge(Known(alternating), ForgedLog.Bytes(alternating)).Problem, StringComparison.Ordinal);
    }

    private static AuditProof Known(string[] lines) => new() { PublicKeyPem = Pem, Device = Device, Marks = [MarkOf(lines, lines.Length)] };

    private static AuditMark MarkOf(string[] lines, int seq) => new(seq, HashOf(lines[seq - 1]));

    private static (string? Problem, int NotChecked) Count((string? Problem, IReadOnlyList<string> NotChecked) judged) => (judged.Problem, judged.NotChecked.Count);

    private static string HashOf(string line) => LineHash.Of(Encoding.UTF8.GetBytes(line)).ToString();

    private static string[] Changed(string[] lines, int at) =>
        [.. lines.Select((line, i) => i == at ? line.Replace("\"n\":", "\"n\":9", StringComparison.Ordinal) : line)];

    /// <summary>Checkpoints of somebody with a key of their own.</summary>
    private static byte[] Resigned(string[] lines, byte[] key, string device) => ForgedLog.Bytes(Signed(lines, device, key));

    private static string[] Signed(string[] lines, string device, byte[]? key = null)
    {
        using var signer = new AuditSigner(key ?? Key, device);
        var (first, previous) = (JsonSeq(lines[0]), JsonPrev(lines[0]));
        var draft = new AuditChainDraft(new AuditChainHead(first - 1, LineHash.Parse(previous)), first == 1 ? "new" : null, null, new ArrayBufferWriter<byte>());
        foreach (var line in lines)
        {
            draft.Add(
                ForgedLog.IsCheckpoint(line)
                    ? AuditEntry.Of(signer.Checkpoint(DateTimeOffset.UnixEpoch, draft.Head)).Span
                    : Encoding.UTF8.GetBytes(ForgedLog.Stripped([line])[0].TrimEnd('}')),
                "");
        }

        return Encoding.UTF8.GetString(draft.Bytes.Span).TrimEnd('\n').Split('\n');
    }

    private static long JsonSeq(string line) => System.Text.Json.JsonElement.Parse(line).GetProperty("seq").GetInt64();

    private static string JsonPrev(string line) => System.Text.Json.JsonElement.Parse(line).GetProperty("prev").GetString()!;

    /// <summary>Lines as a server writes them: each run three entries, and a checkpoint at its end.</summary>
    private static string[] Log(byte[] key, string device, int runs)
    {
        using var signer = new AuditSigner(key, device);
        var draft = new AuditChainDraft(new AuditChainHead(0, LineHash.Zero), "new", null, new ArrayBufferWriter<byte>());
        for (var n = 0; n < runs * 3; n++)
        {
            draft.Add(Entry(n).Span, "");
            if (n % 3 == 2)
            {
                draft.Add(AuditEntry.Of(signer.Checkpoint(DateTimeOffset.UnixEpoch, draft.Head)).Span, "");
            }
        }

        return Encoding.UTF8.GetString(draft.Bytes.Span).TrimEnd('\n').Split('\n');
    }

    private static ReadOnlyMemory<byte> Entry(int n) => Encoding.UTF8.GetBytes($"{{\"type\":\"request\",\"n\":{n}");

    private static async Task WriteAsync(LineSink sink, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await sink.WriteAsync(Entry(i), here: true, TestContext.Current.CancellationToken);
        }
    }

    private string[] Lines(string file) => File.ReadAllLines(_folder.File(file));

    private LineSink Sink(byte[] key, string device, string file)
    {
        var options = new AuditDeviceOptions { FilePath = _folder.File(file) };
        var target = new FileTarget(options, new AuditBounds { Folder = _folder.Path }, new FakeTimeProvider());
        return new LineSink(target, "", new AuditSigner(key, device), new FakeTimeProvider(), new FailingLog());
    }
}
