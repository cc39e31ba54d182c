using Coffer.Kernel.Pipeline;

namespace Coffer.Kernel.Hosting;

internal sealed partial class Composition
{
    private KernelServices Services { get; }

    private KernelServices NewServices() => new()
    {
        Version = _options.Version,
        Clock = _clock,
        Random = _options.Random,
        Transactions = Transactions,
        Routers = Routers,
        SystemTtl = _options.SystemTtl,
        Tokens = _tokens,
        BatchTokens = _batchTokens,
        Identities = _identities,
        Who = _who,
        Decisions = _decisions,
        ApiAddress = _options.ApiAddress,
        Quarantine = Quarantine,
        Revoker = Revoker,
        Lanes = _lanes,
        Stopping = _stop,
        Due = _due,
        Jobs = _jobs,
        TokenTidy = _tokenTidy,
        LeaseTidy = _leaseTidy,
        Lockout = _lockout,
        Audit = Audit,
        Keys = Keys,
        Slots = _slots,
        RootGeneration = _rootGeneration,
        Rekeying = _rekeying,
        StaticKeys = _options.StaticKeys,
        Counters = _options.Counters,
        Metrics = Metrics,
        RawStorage = _options.RawStorage,
        DescribeConfiguration = _options.DescribeConfiguration,
        DescribeHost = _options.DescribeHost,
        OnEvent = _options.OnEvent,
        LogLevels = _options.LogLevels,
        Control = _control,
    };
}
