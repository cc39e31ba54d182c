using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Sys;

public class InFlightTests
{
    [Fact]
    public async Task Whoever_may_read_it_sees_what_is_being_worked_on_without_anybody_s_token_or_data()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var token = (await kernel.TokenAsync()).ClientToken;
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        kernel.World.During = _ => hold.Task;
        var asking = kernel.WriteAsync("fake/creds/slow", """{"ttl":"1234s"}""", token);
        await kernel.IdleAsync();
        Assert.True(kernel.World.CallsOf("create") > 0);
        kernel.Clock.Advance(TimeSpan.FromSeconds(2));

        var shown = (await kernel.ReadAsync("sys/in-flight-req")).Ok();

        Assert.Equal(["/v1/fake/creds/slow", "/v1/sys/in-flight-req"], shown.Json.AsObject().Select(request => (string)request.Value!["request_path"]!));
        Assert.Equal(["PUT", "GET"], shown.Json.AsObject().Select(request => (string)request.Value!["request_method"]!));
        Assert.All(shown.Json.AsObject(), request => Assert.Equal("127.0.0.1", (string)request.Value!["client_remote_address"]!));
        Assert.DoesNotContain(token, shown.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("1234s", shown.Body, StringComparison.Ordinal);
        hold.SetResult();
        (await asking).Ok();
        Assert.Single((await kernel.ReadAsync("sys/in-flight-req")).Ok().Json.AsObject());
    }

    [Fact]
    public async Task It_is_not_for_everybody()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var token = (await kernel.WriteAsync("auth/token/create", """{"policies":["default"]}""")).Ok().ClientToken;

        (await kernel.ReadAsync("sys/in-flight-req", token)).Is(403);
        (await kernel.ReadAsync("sys/in-flight-req", "")).Is(403);
    }
}
