using System.Collections.Immutable;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>What is served at <c>sys/</c> by an unsealed server, put together from one file a subject.</summary>
internal sealed class SysEngine : IEngine
{
    public static EngineType Type { get; } =
        new("system", MountClass.Secret, "system endpoints used for control, policy and debugging", _ => new SysEngine());

    public ImmutableArray<EnginePath> Paths { get; } =
    [
        .. SysMounts.Paths,
        .. SysRemount.Paths,
        .. SysPolicies.Paths,
        .. SysPolicyLint.Paths,
        .. SysPolicyExplain.Paths,
        .. SysPasswordPolicies.Paths,
        .. SysCapabilities.Paths,
        .. SysLeases.Paths,
        .. SysLeaseJobs.Paths,
        .. SysAttention.Paths,
        .. SysLeaseOwner.Paths,
        .. SysWrapping.Paths,
        .. SysUi.Paths,
        .. SysSeal.Paths,
        .. SysClock.Paths,
        .. SysQuarantine.Paths,
        .. SysRotation.Paths,
        .. SysRekey.Paths,
        .. SysGenerateRoot.Paths,
        .. SysKeySlots.Paths,
        .. SysAudit.Paths,
        .. SysAuditHeaders.Paths,
        .. SysLockedUsers.Paths,
        .. SysOpenApi.Paths,
        .. SysTools.Paths,
        .. SysCors.Paths,
        .. SysUiHeaders.Paths,
        .. SysMetrics.Paths,
        .. SysCounters.Paths,
        .. SysInFlight.Paths,
        .. SysLoggers.Paths,
        .. SysVersionHistory.Paths,
        .. SysNode.Paths,
        .. SysRaw.Paths,
        .. SysPlugins.Paths,
        .. SysQuotas.Paths,
        .. SealedServerPaths.Declared,
    ];
}
