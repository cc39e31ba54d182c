using System.IO.Pipelines;
using Coffer.Kernel.Requests;
using Coffer.Server.Http.Bodies;

namespace Coffer.Server.Tests.Http.Bodies;

public sealed class BodyReaderTests
{
    private const int BytesMax = 4 * 1024 * 1024;

    private readonly BodyBudget _budget = new(BodyLimits.TokenHoldersBytesMax, BodyLimits.StrangersBytesMax);
    private int _asked;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 0)]
    [InlineData(BodyLimits.UncountedBytes + 1, 0)]
    [InlineData(BodyLimits.UnaskedBytes, 0)]
    [InlineData(BodyLimits.UnaskedBytes + 1, 1)]
    [InlineData(BytesMax, 1)]
    public async Task A_token_holders_body_is_taken_in_whole_with_and_without_a_length_and_what_it_held_is_given_back(int size, int asked)
    {
        foreach (var hasLength in (bool[])[true, false])
        {
            _asked = 0;
            var body = Body(size);
            using (var ticket = new BodyTicket(_budget))
            {
                var taken = Assert.IsType<BodyOutcome.Taken>(await ReadAsync(ticket, BodySender.TokenHolder, body, hasLength ? size : null));
                Assert.True(taken.Bytes.Span.SequenceEqual(body));
                Assert.True(size <= BodyLimits.UncountedBytes || _budget.Held >= size);
            }

            Assert.Equal((asked, 0L), (_asked, _budget.Held));
        }
    }

    [Theory]
    [InlineData(BodySender.Stranger, 64 * 1024, true)]
    [InlineData(BodySender.Stranger, 64 * 1024 + 1, false)]
    [InlineData(BodySender.Initializer, 64 * 1024 + 1, true)]
    [InlineData(BodySender.Initializer, 1024 * 1024, true)]
    [InlineData(BodySender.Initializer, 1024 * 1024 + 1, false)]
    public async Task A_body_without_a_token_is_taken_in_up_to_64_KiB_and_one_that_initialises_up_to_1_MiB(BodySender sender, int size, bool isTaken)
    {
        foreach (var hasLength in (bool[])[true, false])
        {
            using var ticket = new BodyTicket(_budget);
            var outcome = await ReadAsync(ticket, sender, Body(size), hasLength ? size : null);
            Assert.True(isTaken == outcome is BodyOutcome.Taken, outcome.ToString());
            Assert.True(isTaken || outcome is BodyOutcome.TooLarge { ForStrangers: true });
        }
    }

    [Fact]
    public async Task A_large_body_whose_request_will_be_refused_is_not_taken_in()
    {
        foreach (var announced in (long?[])[BodyLimits.UnaskedBytes + 1, null])
        {
            using var ticket = new BodyTicket(_budget);
            Assert.IsType<BodyOutcome.Withheld>(await ReadAsync(ticket, BodySender.Refused, Body(BodyLimits.UnaskedBytes + 1), announced));
        }
    }

    [Fact]
    public async Task Strangers_cannot_hold_more_than_their_share_and_keep_no_token_holder_out()
    {
        var open = new List<(Task<BodyOutcome> Read, PipeWriter Writer, BodyTicket Ticket)>();
        for (var n = 0; n < BodyLimits.StrangersBytesMax / BodyLimits.StrangerBytesMax * 2; n++)
        {
            var (pipe, ticket) = (new Pipe(new PipeOptions(pauseWriterThreshold: 0)), new BodyTicket(_budget));
            var read = Reader(ticket, BodySender.Stranger).ReadAsync(pipe.Reader, BodyLimits.StrangerBytesMax, Cancel).AsTask();
            await pipe.Writer.WriteAsync(Body(BodyLimits.StrangerBytesMax - 1), Cancel);
            open.Add((read, pipe.Writer, ticket));
        }

        Assert.True(_budget.Held <= BodyLimits.StrangersBytesMax);
        Assert.Contains(open, one => one.Read is { IsCompletedSuccessfully: true, Result: BodyOutcome.Busy });
        using (var ticket = new BodyTicket(_budget))
        {
            Assert.IsType<BodyOutcome.Taken>(await ReadAsync(ticket, BodySender.TokenHolder, Body(BodyLimits.UncountedBytes * 2), BodyLimits.UncountedBytes * 2));
        }

        foreach (var one in open)
        {
            await one.Writer.CompleteAsync();
            await one.Read;
            one.Ticket.Dispose();
        }

        Assert.Equal(0, _budget.Held);
    }

    private static byte[] Body(int size) => [.. Enumerable.Range(0, size).Select(n => (byte)(n % 251))];

    private BodyReader Reader(BodyTicket ticket, BodySender sender) => new(ticket, BytesMax, _ =>
    {
        _asked++;
        return ValueTask.FromResult(sender);
    });

    private async Task<BodyOutcome> ReadAsync(BodyTicket ticket, BodySender sender, byte[] body, long? announced)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        for (var at = 0; at < body.Length; at += 1000)
        {
            await pipe.Writer.WriteAsync(body.AsMemory(at, Math.Min(1000, body.Length - at)), Cancel);
        }

        await pipe.Writer.CompleteAsync();
        return await Reader(ticket, sender).ReadAsync(pipe.Reader, announced, Cancel);
    }
}
