using System.Collections.Immutable;
using System.Text;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Tests.Engines;

public sealed class PreparationTests
{
    [Fact]
    public async Task A_row_asks_the_outside_once_however_often_its_commit_conflicts()
    {
        var engine = new AskingEngine();
        await using var harness = await StartAsync(engine);
        engine.WhileHandling = async () => (await harness.WriteAsync("asking/count")).Is(204);
        (await harness.WriteAsync("asking/ask")).Ok();
        Assert.Equal(2, engine.Handled);
        Assert.Equal(1, engine.Asked);
    }

    [Fact]
    public async Task It_asks_again_when_the_configuration_that_it_asked_by_has_changed()
    {
        var engine = new AskingEngine();
        await using var harness = await StartAsync(engine);
        (await harness.WriteAsync("asking/config", """{"issuer":"first"}""")).Is(204);
        engine.WhileHandling = async () => (await harness.WriteAsync("asking/config", """{"issuer":"second"}""")).Is(204);
        var answer = (await harness.WriteAsync("asking/ask")).Ok();
        Assert.Equal("second", (string)answer.Data["found"]!);
        Assert.Equal(2, engine.Asked);
    }

    [Fact]
    public async Task A_read_that_writes_nothing_is_not_answered_from_a_configuration_that_has_changed()
    {
        var engine = new AskingEngine();
        await using var harness = await StartAsync(engine);
        (await harness.WriteAsync("asking/config", """{"issuer":"first"}""")).Is(204);
        engine.WhileHandling = async () => (await harness.WriteAsync("asking/config", """{"issuer":"second"}""")).Is(204);
        Assert.Equal("second", (string)(await harness.ReadAsync("asking/ask")).Ok().Data["found"]!);
    }

    [Theory]
    [InlineData(FailureClass.Transient, 400)]
    [InlineData(FailureClass.Throttled, 502)]
    public async Task A_failure_outside_refuses_the_request_and_the_handler_does_not_run(FailureClass failure, int status)
    {
        var engine = new AskingEngine { WhileAsking = _ => throw new EngineException(failure, "the issuer is away") };
        await using var harness = await StartAsync(engine);
        var answer = await harness.WriteAsync("asking/ask");
        answer.Is(status);
        Assert.Contains("the issuer is away", answer.Body, StringComparison.Ordinal);
        Assert.Equal(0, engine.Handled);
    }

    [Fact]
    public async Task An_outside_system_that_hangs_is_given_up()
    {
        var engine = new AskingEngine { WhileAsking = cancellation => Task.Delay(Timeout.Infinite, cancellation) };
        await using var harness = await StartAsync(engine);
        var asked = harness.WriteAsync("asking/ask");
        await engine.Began.Task.WaitAsync(TestContext.Current.CancellationToken);
        harness.Clock.Advance(Limits.PreparationTimeMax);
        (await asked).Is(503);
        Assert.Equal(0, engine.Handled);
    }

    [Fact]
    public async Task A_caller_without_the_right_to_the_row_causes_no_question()
    {
        var engine = new AskingEngine();
        await using var harness = await StartAsync(engine);
        (await harness.WriteAsync("sys/policies/acl/none", """{"policy":"path \"asking/other\" { capabilities = [\"read\"] }"}""")).Is(204);
        var token = (await harness.WriteAsync("auth/token/create", """{"policies":["none"]}""")).Ok().ClientToken;
        (await harness.WriteAsync("asking/ask", token: token)).Is(403);
        Assert.Equal(0, engine.Asked);
    }

    [Fact]
    public async Task Fields_that_cannot_be_read_cause_no_question()
    {
        var engine = new AskingEngine();
        await using var harness = await StartAsync(engine);
        (await harness.WriteAsync("asking/ask", """{"deep":"very"}""")).Is(400);
        Assert.Equal(0, engine.Asked);
    }

    private static async Task<KernelHarness> StartAsync(AskingEngine engine)
    {
        var harness = await KernelHarness.StartAsync(engines: [new EngineType("asking", MountClass.Secret, "for these tests", _ => engine)]);
        (await harness.WriteAsync("sys/mounts/asking", """{"type":"asking"}""")).Is(204);
        return harness;
    }

    private sealed class AskingEngine : IEngine
    {
        private static readonly Field<string> Issuer = Field.Text("issuer", "Whom to ask.");
        private static readonly Field<bool> Deep = Field.Boolean("deep", "Ask more.");
        private Func<Task> _whileHandling = () => Task.CompletedTask;

        public int Asked { get; private set; }

        public int Handled { get; private set; }

        public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<CancellationToken, Task> WhileAsking { get; init; } = _ => Task.CompletedTask;

        /// <summary>Runs within the first run of the handler.</summary>
        public Func<Task> WhileHandling
        {
            set => _whileHandling = () =>
            {
                _whileHandling = () => Task.CompletedTask;
                return value();
            };
        }

        public ImmutableArray<EnginePath> Paths =>
        [
            new("ask", "Answers what was found outside.") { Fields = [Deep], Prepare = AskAsync, Read = ShowAsync, Write = KeepAsync },
            new("count", "Counts.") { Write = CountAsync },
            new("config", "Says whom to ask.") { Fields = [Issuer], Write = ConfigureAsync },
        ];

        private async ValueTask<Preparation> AskAsync(PrepareRequest request, CancellationToken cancellation)
        {
            Asked++;
            var issuer = await request.Storage.GetAsync("config", cancellation);
            Began.TrySetResult();
            await WhileAsking(cancellation);
            return Preparation.Of(issuer is { } text ? Encoding.UTF8.GetString(text.Span) : "nobody");
        }

        private async ValueTask<Reply> KeepAsync(EngineRequest request, CancellationToken cancellation)
        {
            await CountAsync(request, cancellation);
            return await ShowAsync(request, cancellation);
        }

        private async ValueTask<Reply> ShowAsync(EngineRequest request, CancellationToken cancellation)
        {
            Handled++;
            await _whileHandling();
            return Reply.With(json => json.WriteString("found", request.Prepared<string>()));
        }

        private static async ValueTask<Reply> CountAsync(EngineRequest request, CancellationToken cancellation)
        {
            var count = await request.Storage.GetAsync("count", cancellation) is { } stored ? BitConverter.ToInt64(stored.Span) : 0;
            request.Storage.Put("count", BitConverter.GetBytes(count + 1));
            return Reply.Done;
        }

        private static ValueTask<Reply> ConfigureAsync(EngineRequest request, CancellationToken cancellation)
        {
            request.Storage.Put("config", Encoding.UTF8.GetBytes(request.Get(Issuer)));
            return ValueTask.FromResult(Reply.Done);
        }
    }
}
