using Coffer.Kernel.BuiltIn.Identity;
using Coffer.Kernel.BuiltIn.Identity.Oidc;
using Coffer.Kernel.BuiltIn.Open;
using Coffer.Kernel.BuiltIn.Sys;
using Coffer.Kernel.BuiltIn.Tokens;
using Coffer.Kernel.Metrics;

namespace Coffer.Kernel.Hosting;

/// <summary>The engines that every server has.</summary>
internal sealed partial class Composition
{
    private SysEngine NewSysEngine()
    {
        var (random, log) = (_options.Random, _options.Log);
        return new SysEngine(
        [
            .. new SysMounts(Routers, _options.SystemTtl, new SysMountTuning(Routers, _options.SystemTtl), _jobWait, random, log).Paths,
            .. new SysRemount(random, log).Paths,
            .. SysPolicies.Paths,
            .. SysPolicyLint.Paths,
            .. new SysPolicyExplain(_decisions, _who, _tokens, _identities).Paths,
            .. new SysPasswordPolicies(random).Paths,
            .. new SysCapabilities(_who, _tokens).Paths,
            .. new SysLeases(Transactions, _tokens, Revoker, _due, _jobWait, _leaseTidy).Paths,
            .. new LeaseRenewal(Transactions, _due, _options.Counters, _clock, _stop).Paths,
            .. SysLeaseJobs.Paths,
            .. new SysAttention(Transactions, Revoker, _lanes).Paths,
            .. SysLeaseOwner.Paths,
            .. new SysWrapping(_tokens, _who, _options.SystemTtl, _due).Paths,
            .. SysUi.Paths,
            .. new SysSeal(_control).Paths,
            .. new SysClock(_clock, _due).Paths,
            .. new SysQuarantine(Quarantine, Transactions, _clock, log).Paths,
            .. new SysRotation(Keys).Paths,
            .. new SysRekey(_rekeying).Paths,
            .. new SysGenerateRoot(_rootGeneration).Paths,
            .. new SysKeySlots(_slots, _options.StaticKeys, random).Paths,
            .. new SysAudit(Audit, random, log).Paths,
            .. new SysAuditHeaders(Audit).Paths,
            .. new SysLockedUsers(_lockout).Paths,
            .. new SysOpenApi(_options.Version).Paths,
            .. new SysTools(random).Paths,
            .. SysCors.Paths,
            .. SysUiHeaders.Paths,
            .. new SysMetrics(Metrics, new MetricsAnswer(_options.Counters, _clock, _options.ShowsPrometheus)).Paths,
            .. new SysCounters(Metrics).Paths,
            .. new SysInFlight(_options.Counters.Running).Paths,
            .. new SysLoggers(_options.LogLevels).Paths,
            .. SysVersionHistory.Paths,
            .. new SysNode(_options.Version, _options.ApiAddress, _options.DescribeHost, _options.DescribeConfiguration).Paths,
            .. new SysRaw(_options.RawStorage).Paths,
            .. new SysPlugins(Routers, random).Paths,
            .. SysQuotas.Paths,
            .. OpenPaths.Declared,
        ]);
    }

    private TokenEngine NewTokenEngine() => new(
        new TokenCreation(Transactions, _tokens, _batchTokens, _identities, _due, _options.Counters, _options.Random),
        new TokenLookup(Transactions, _tokens, _batchTokens, _identities),
        new TokenRenewal(Transactions, _tokens, _identities, _due),
        new TokenRevocation(_tokens, Revoker, _tokenTidy));

    private IdentityEngine NewIdentityEngine()
    {
        var random = _options.Random;
        var groups = new GroupPaths(Transactions, random);
        return new IdentityEngine(
            new EntityPaths(Transactions, new EntityLeases(_jobs, _jobWait), random),
            new EntityAliasPaths(Transactions, random),
            groups,
            new GroupAliasPaths(Transactions, groups, random),
            new OidcKeyPaths(random),
            new OidcRolePaths(random),
            new OidcTokenPaths(_options.ApiAddress, random));
    }
}
