using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Sys;

public class TuningTests
{
    private static readonly (string Name, string Value)[] Sent = [("x-one", "1"), ("x-two", "2")];

    [Fact]
    public async Task An_engine_gets_the_headers_that_its_mount_asks_for_and_no_other()
    {
        await using var kernel = await KernelHarness.StartAsync();
        Assert.Equal("{}", await HeadersAsync(kernel));

        (await kernel.WriteAsync("sys/mounts/fake/tune", """{"passthrough_request_headers":"X-Two,X-Absent"}""")).Ok();
        Assert.Equal("""{"x-two":"2"}""", await HeadersAsync(kernel));

        (await kernel.WriteAsync("sys/mounts/fake/tune", """{"passthrough_request_headers":""}""")).Ok();
        Assert.Equal("{}", await HeadersAsync(kernel));
    }

    [Fact]
    public async Task An_answer_has_the_headers_that_its_mount_allows_and_none_when_it_is_wrapped()
    {
        await using var kernel = await KernelHarness.StartAsync();
        Assert.Empty((await kernel.ReadAsync("fake/headers")).Ok().Headers);

        (await kernel.WriteAsync("sys/mounts/fake/tune", """{"allowed_response_headers":"x-made,X-Absent"}""")).Ok();

        Assert.Equal([new("X-Made", "by hand")], (await kernel.ReadAsync("fake/headers")).Ok().Headers);
        Assert.Empty((await kernel.SendAsync(Operation.Read, "fake/headers", null, wrap: TimeSpan.FromMinutes(1))).Ok().Headers);
    }

    private static async Task<string> HeadersAsync(KernelHarness kernel) =>
        (await kernel.SendAsync(Operation.Read, "fake/headers", null, headers: Sent)).Ok().Data.ToJsonString();
}
