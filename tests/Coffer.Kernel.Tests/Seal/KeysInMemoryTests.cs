using Coffer.Barrier;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Primitives;
using Coffer.Storage;
using Coffer.Testing;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>Looks through the whole memory of this process for the root key of a server that is sealed.</summary>
public sealed class KeysInMemoryTests
{
    [Fact]
    public void The_look_finds_a_key_that_is_in_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the memory of a process is read as Linux shows it");
        using var key = SecretBytes.Random(32, SystemRandom.Instance);
        using var pattern = ProcessMemory.PatternOf(key.Expose());

        Assert.NotEqual(0, ProcessMemory.CountOf(pattern));
        key.Dispose();
        Assert.Equal(0, ProcessMemory.CountOf(pattern));
    }

    [Fact]
    public async Task A_sealed_server_and_an_unseal_that_failed_at_any_call_of_the_store_leave_no_root_key_in_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the memory of a process is read as Linux shows it");
        await using var harness = await KernelHarness.StartAsync();
        using var pattern = await RootKeyPatternAsync(harness);
        Assert.NotEqual(0, ProcessMemory.CountOf(pattern));

        var failed = 0;
        for (var n = 1; ; n++)
        {
            await harness.RestartSealedAsync();
            harness.Store.FailCall(n, FaultMoment.Before);
            try
            {
                await harness.UnsealAsync();
            }
            catch (StoreUnavailableException)
            {
                failed++;
                Assert.True(harness.Kernel.IsSealed);
            }

            if (harness.Store.Calls < n)
            {
                break;
            }
        }

        Assert.True(failed > 3, $"only {failed} unseals failed");
        await harness.SealAsync();
        Assert.Equal(0, ProcessMemory.CountOf(pattern));
    }

    private static async Task<ProcessMemory.Pattern> RootKeyPatternAsync(KernelHarness harness)
    {
        var seal = new SealStore(harness.Memory, SystemRandom.Instance);
        var slot = KeySlots.ShamirOf(await seal.ListSlotsAsync(TestContext.Current.CancellationToken))!;
        using var progress = new UnsealProgress(1, 1, SystemRandom.Instance);
        var complete = Assert.IsType<UnsealAnswer.Complete>(progress.Give(harness.Share));
        using var slotKey = complete.Key;
        using var rootKey = slot.Open(slotKey)!;
        return ProcessMemory.PatternOf(rootKey.Expose());
    }
}
