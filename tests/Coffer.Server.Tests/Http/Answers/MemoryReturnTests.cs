using Coffer.Server.Http;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Server.Tests.Http.Answers;

public sealed class MemoryReturnTests
{
    [Fact]
    public void Memory_goes_back_once_in_a_minute_when_much_of_it_was_used_and_never_for_little()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var collections = 0;
        using var memory = new MemoryReturn(clock, () => collections++);

        memory.Used(MemoryReturn.WorthBytes - 1);
        clock.Advance(2 * MemoryReturn.Between);
        Assert.Equal(0, collections);

        memory.Used(1);
        memory.Used(MemoryReturn.WorthBytes);
        clock.Advance(MemoryReturn.Between);
        Assert.Equal(1, collections);

        clock.Advance(2 * MemoryReturn.Between);
        Assert.Equal(1, collections);
        memory.Used(MemoryReturn.WorthBytes);
        clock.Advance(MemoryReturn.Between);
        Assert.Equal(2, collections);
    }
}
