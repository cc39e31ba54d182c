using Coffer.Kernel.Requests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Pipeline;

public sealed class BodyGateTests
{
    [Fact]
    public async Task Only_the_request_that_initialises_a_server_may_send_a_large_body_without_a_token()
    {
        await using var empty = KernelHarness.StartEmpty();
        await using var running = await KernelHarness.StartAsync();

        Assert.Equal(BodySender.Initializer, await SenderOfAsync(empty, "sys/init"));
        foreach (var (harness, path) in new[] { (empty, "sys/unseal"), (running, "sys/init"), (running, "sys/unseal"), (running, "sys/wrapping/unwrap") })
        {
            Assert.Equal(BodySender.Stranger, await SenderOfAsync(harness, path));
        }

        Assert.Equal(BodySender.Refused, await SenderOfAsync(running, "sys/policies/acl/a"));
        Assert.Equal(BodySender.TokenHolder, await SenderOfAsync(running, "sys/policies/acl/a", running.Root));
    }

    private static async Task<BodySender> SenderOfAsync(KernelHarness harness, string path, string token = "")
    {
        Assert.True(CanonicalPath.TryParse(path, out var canonical, out var problem), problem);
        var head = new ApiRequest { Id = "1", Path = canonical, Operation = Operation.Update, Token = token, RemoteAddress = "127.0.0.1" };
        return await harness.Kernel.Requests.SenderOfAsync(head, TestContext.Current.CancellationToken);
    }
}
