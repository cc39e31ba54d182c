using System.Text;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Sinks;
using Coffer.Audit.Verification;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Audit.Tests;

public sealed class AuditChainTests : IDisposable
{
    private static readonly byte[] Key = AuditSigner.NewKey();

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();

    private string LogFile => _folder.File("a.log");

    private static string PublicKey => AuditSigner.PublicKeyOf(Key).Pem;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Concurrent_writers_make_one_chain_in_which_every_entry_stands_once(bool here)
    {
        await using (var sink = Sink())
        {
            await Task.WhenAll(Enumerable.Range(0, 2500).Select(i => Task.Run(() => sink.WriteAsync(Entry(i), here, TestContext.Current.CancellationToken))));
        }

        var found = Verify(PublicKey);
        Assert.Null(found.Break);
        Assert.Empty(found.Warnings);
        Assert.Equal((2500, 3, 3, 0), (found.Entries, found.Checkpoints, found.CheckpointsVerified, found.EntriesUnsigned));
        Assert.Equal((1, 2503), (found.FirstSeq, found.LastSeq));
        var numbers = AuditFiles.Entries(LogFile).Select(entry => entry.GetProperty("n").GetInt32());
        Assert.Equal(Enumerable.Range(0, 2500), numbers.Order());
    }

    [Fact]
    public async Task A_file_removed_under_way_is_made_again_with_the_next_entry_and_verifies_as_a_gap()
    {
        var removals = 0;
        var copy = _folder.File("copy.log");
        AuditVerification old;
        await using (var sink = Sink(onRemoved: () => removals++))
        {
            await WriteAsync(sink, 3);
            old = Verify();
            File.Copy(LogFile, copy);
            File.Delete(LogFile);
            await WriteAsync(sink, 2);
            Assert.Equal(1, removals);
        }

        Assert.Equal(1, removals);
        var first = AuditFiles.Entries(LogFile)[0].GetProperty("chain");
        Assert.Equal(("removed", old.LastSeq), (first.GetProperty("start").GetString(), first.GetProperty("last_seq").GetInt64()));
        Assert.Contains($"removed while the server wrote to it: entries up to {old.LastSeq} are lost", Verify().Break!.Message, StringComparison.Ordinal);

        // With a copy of what was removed nothing is missing.
        using var log = File.OpenRead(LogFile);
        Assert.Null(AuditVerifier.Verify(log, PublicKey, AuditFiles.Verify(copy, PublicKey)).Break);
    }

    [Fact]
    public async Task A_file_that_gets_a_second_name_is_refused_when_it_is_opened_the_next_time()
    {
        await using var sink = Sink();
        await WriteAsync(sink, 1);
        await AuditFiles.HardLinkAsync(LogFile, _folder.File("second"));
        sink.Reopen();

        Assert.Contains("hard link", (await Assert.ThrowsAsync<AuditUnavailableException>(() => WriteAsync(sink, 1))).Message, StringComparison.Ordinal);

        File.Delete(_folder.File("second"));
        await WriteAsync(sink, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rotated_files_verify_one_after_another_and_the_first_ends_signed(bool onDemand)
    {
        await using (var sink = Sink())
        {
            await WriteAsync(sink, 3);
            File.Move(LogFile, LogFile + ".1");
            if (onDemand)
            {
                sink.Reopen();
            }
            else
            {
                _clock.Advance(AuditLimits.IdentityCheckEvery);
            }

            await WriteAsync(sink, 2);
        }

        using var one = File.OpenRead(LogFile + ".1");
        using var two = File.OpenRead(LogFile);
        var first = AuditVerifier.Verify(one, PublicKey);
        var second = AuditVerifier.Verify(two, PublicKey, first);
        Assert.Null(first.Break);
        Assert.Equal((3, 1, 0), (first.Entries, first.CheckpointsVerified, first.EntriesUnsigned));
        Assert.Null(second.Break);
        Assert.Empty(second.Warnings);
        Assert.Equal((first.LastSeq + 1, 2), (second.FirstSeq, second.Entries));

        one.Position = 0;
        two.Position = 0;
        Assert.Contains("does not go on", AuditVerifier.Verify(two, AuditProof.None, AuditVerifier.Verify(Shortened(one))).Break!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_emptied_in_place_says_so()
    {
        await using var sink = Sink();
        await WriteAsync(sink, 3);
        await using (var other = new FileStream(LogFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            other.SetLength(0);
        }

        await WriteAsync(sink, 1);

        var found = Verify();
        Assert.Null(found.Break);
        Assert.Contains("its first entry is marked \"truncated\": entries up to 3 are not in it", Assert.Single(found.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_lost_between_copying_a_file_and_emptying_it_are_told_with_the_mark_of_the_first_entry()
    {
        await using var sink = Sink();
        await WriteAsync(sink, 3);
        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);
        var copy = AuditVerifier.Verify(new MemoryStream(Encoding.UTF8.GetBytes(lines[0] + "\n" + lines[1] + "\n")));
        await using (var other = new FileStream(LogFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            other.SetLength(0);
        }

        await WriteAsync(sink, 1);

        var rest = AuditVerifier.Verify(new MemoryStream(await File.ReadAllBytesAsync(LogFile, TestContext.Current.CancellationToken)), previous: copy);
        Assert.Contains("this entry is marked \"truncated\", since the file was emptied in place while the server ran, and entries up to 3 were in it", rest.Break!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_cut_off_while_the_server_runs_are_noted_by_it()
    {
        await using var sink = Sink();
        await WriteAsync(sink, 3);
        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);
        await using (var other = new FileStream(LogFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            other.SetLength(Encoding.UTF8.GetByteCount(lines[0] + "\n" + lines[1] + "\n"));
        }

        await WriteAsync(sink, 1);

        Assert.Equal("line 3: the server found the file changed when it wrote this: it had written up to entry 3, and the file ended with entry 2", Verify().Break!.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(400)]
    public async Task A_full_disk_refuses_the_entry_leaves_no_torn_line_and_is_left_behind(int written)
    {
        var full = false;
        void Write(SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset)
        {
            RandomAccess.Write(file, full ? bytes.Span[..Math.Min(written, bytes.Length)] : bytes.Span, offset);
            if (full)
            {
                throw new IOException("No space left on device");
            }
        }

        await using (var sink = Sink(Write))
        {
            await WriteAsync(sink, 2);
            full = true;
            var error = await Assert.ThrowsAsync<AuditUnavailableException>(() => sink.WriteAsync(Entry(9), here: true, TestContext.Current.CancellationToken));
            Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
            Assert.Equal(2, Verify().Lines);
            full = false;
            await WriteAsync(sink, 2);
        }

        var found = Verify(PublicKey);
        Assert.Null(found.Break);
        Assert.Empty(found.Warnings);
        Assert.Equal(4, found.Entries);
    }

    [Theory]
    [InlineData("{\"time\":\"20")]
    [InlineData("}")]
    public async Task A_line_torn_by_a_crash_is_ended_and_told_by_the_verifier(string torn)
    {
        await using (var sink = Sink())
        {
            await WriteAsync(sink, 2);
        }

        await File.AppendAllTextAsync(LogFile, torn, TestContext.Current.CancellationToken);
        var cut = Verify();
        Assert.Null(cut.Break);
        Assert.Equal((4, "the last line is cut off: it is being written now, or a crash or a full disk stopped it"), (cut.Warnings[0].Line, cut.Warnings[0].Message));
        await using (var sink = Sink())
        {
            await WriteAsync(sink, 2);
        }

        var found = Verify(PublicKey);
        Assert.Null(found.Break);
        Assert.Equal(4, Assert.Single(found.Warnings).Line);
        Assert.Equal((4, 6), (found.Entries, found.LastSeq));
    }

    [Theory]
    [InlineData("{\"time\":\"x\",\"type\":\"request\"}\nnot json\n", "2 lines come before the chain begins, and so are not protected", 3)]
    [InlineData("not json\n", "1 line comes before the chain begins, and so is not protected", 2)]
    public async Task Lines_of_another_program_before_the_chain_are_told_and_bound_to_it(string before, string warning, int broken)
    {
        await File.WriteAllTextAsync(LogFile, before, TestContext.Current.CancellationToken);
        await using (var sink = Sink())
        {
            await WriteAsync(sink, 1);
        }

        var found = Verify(PublicKey);
        Assert.Null(found.Break);
        Assert.Equal($"line 1: {warning}", Assert.Single(found.Warnings).ToString());
        var text = await File.ReadAllTextAsync(LogFile, TestContext.Current.CancellationToken);
        var changed = text.Replace("not json", "nor json", StringComparison.Ordinal);
        Assert.Equal(broken, AuditVerifier.Verify(new MemoryStream(Encoding.UTF8.GetBytes(changed))).Break!.Line);
    }

    [Fact]
    public async Task A_key_of_another_server_is_told_from_a_forged_signature()
    {
        await using (var sink = Sink())
        {
            await WriteAsync(sink, 2);
        }

        var other = AuditSigner.PublicKeyOf(AuditSigner.NewKey()).Pem;
        Assert.Contains("is signed with key", Verify(other).Break!.Message, StringComparison.Ordinal);

        // Anyone who can write the file can chain it again, but not sign it.
        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);
        var forged = new StringBuilder();
        var previous = LineHash.Zero.ToString();
        foreach (var line in lines)
        {
            var at = line.IndexOf("\"prev\":\"", StringComparison.Ordinal) + 8;
            var again = string.Concat(line[..at].Replace("\"n\":1", "\"n\":7", StringComparison.Ordinal), previous, line[(at + 64)..]);
            previous = LineHash.Of(Encoding.UTF8.GetBytes(again)).ToString();
            forged.Append(again).Append('\n');
        }

        var found = AuditVerifier.Verify(new MemoryStream(Encoding.UTF8.GetBytes(forged.ToString())), PublicKey);
        Assert.Equal(3, found.Break!.Line);
        Assert.Contains("signature is wrong", found.Break.Message, StringComparison.Ordinal);
        Assert.Null(AuditVerifier.Verify(new MemoryStream(Encoding.UTF8.GetBytes(forged.ToString()))).Break);
    }

    [Fact]
    public async Task Any_change_of_a_byte_and_any_removed_added_or_moved_line_breaks_the_chain()
    {
        await using (var sink = Sink())
        {
            await WriteAsync(sink, 8);
        }

        var bytes = await File.ReadAllBytesAsync(LogFile, TestContext.Current.CancellationToken);
        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);

        // The last line has nothing after it that would vouch for it; that is what signatures and copies are for.
        var end = bytes.Length - lines[^1].Length - 2;
        Gen.Select(Gen.Int[0, end], Gen.Byte).Where((at, value) => bytes[at] != value).Sample(
            (at, value) =>
            {
                var changed = (byte[])bytes.Clone();
                changed[at] = value;
                return AuditVerifier.Verify(new MemoryStream(changed), PublicKey).Break is { } found && found.Line <= lines.Length + 1;
            },
            iter: 3000);
        for (var i = 0; i < lines.Length - 1; i++)
        {
            Assert.Equal(i == 0 ? null : i + 1, BreakOf([.. lines[..i], .. lines[(i + 1)..]]));
            Assert.Equal(i + 2, BreakOf([.. lines[..(i + 1)], lines[i], .. lines[(i + 1)..]]));
            Assert.NotNull(BreakOf([.. lines[..i], lines[i + 1], lines[i], .. lines[(i + 2)..]]));
        }
    }

    [Fact]
    public async Task A_file_without_its_first_lines_is_told_to_begin_in_the_middle()
    {
        await using (var sink = Sink())
        {
            await WriteAsync(sink, 4);
        }

        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);
        var found = AuditVerifier.Verify(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines[2..]) + "\n")), PublicKey);

        Assert.Null(found.Break);
        Assert.Contains("begins with entry 3 in the middle of a chain", Assert.Single(found.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_longer_than_any_buffer_are_chained_and_read_back()
    {
        var large = Encoding.UTF8.GetBytes("{\"v\":\"" + new string('x', 700_000) + "\"");
        for (var i = 0; i < 2; i++)
        {
            await using var sink = Sink();
            await sink.WriteAsync(large, here: true, TestContext.Current.CancellationToken);
            await WriteAsync(sink, 1);
            await sink.WriteAsync(large, here: true, TestContext.Current.CancellationToken);
        }

        var found = Verify(PublicKey);
        Assert.Null(found.Break);
        Assert.Equal((6, 8), (found.Entries, found.LastSeq));
    }

    [Fact]
    public void An_empty_file_is_no_audit_log()
    {
        var found = AuditVerifier.Verify(new MemoryStream());

        Assert.Equal("the file is empty: it holds no audit log", found.Break!.Message);
        Assert.Equal((0, 0, 0), (found.Lines, found.Entries, found.LastSeq));
    }

    [Fact]
    public async Task Synced_entries_are_recorded_as_others_are()
    {
        await using (var sink = Sink(fsync: true))
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(i => sink.WriteAsync(Entry(i), here: true, TestContext.Current.CancellationToken)));
        }

        Assert.Equal(50, Verify(PublicKey).Entries);
    }

    private static long? BreakOf(string[] lines) =>
        AuditVerifier.Verify(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")), PublicKey).Break?.Line;

    private static MemoryStream Shortened(FileStream file)
    {
        using var reader = new StreamReader(file, leaveOpen: true);
        return new MemoryStream(Encoding.UTF8.GetBytes(reader.ReadLine() + "\n"));
    }

    private LineSink Sink(FileWrite? write = null, bool fsync = false, Action? onRemoved = null)
    {
        var options = new AuditDeviceOptions { FilePath = LogFile, Fsync = fsync };
        return new LineSink(
            new FileTarget(options, new AuditBounds { Folder = _folder.Path }, _clock, write, onRemoved), "", new AuditSigner(Key, "device-1"), _clock, new FailingLog());
    }

    private static ReadOnlyMemory<byte> Entry(int n) => Encoding.UTF8.GetBytes($"{{\"type\":\"request\",\"n\":{n}");

    private static async Task WriteAsync(LineSink sink, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await sink.WriteAsync(Entry(i), here: true, TestContext.Current.CancellationToken);
        }
    }

    private AuditVerification Verify(string? key = null) => AuditFiles.Verify(LogFile, key);
}
