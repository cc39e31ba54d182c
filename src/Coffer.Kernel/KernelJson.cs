using System.Text.Json.Serialization;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Headers;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Identity.Oidc;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Leases.Jobs;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Quotas;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Versions;
using Coffer.Kernel.Wrapping;
using Coffer.Sdk.Tasks;

namespace Coffer.Kernel;

/// <summary>How the kernel's own entries are stored. Names and shapes are a format: old entries must stay readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(MountTable))]
[JsonSerializable(typeof(TokenRecord))]
[JsonSerializable(typeof(TokenRole))]
[JsonSerializable(typeof(LeaseRecord))]
[JsonSerializable(typeof(Tombstone))]
[JsonSerializable(typeof(RevocationJob))]
[JsonSerializable(typeof(StoredPolicy))]
[JsonSerializable(typeof(WrapRecord))]
[JsonSerializable(typeof(ClusterIdentity))]
[JsonSerializable(typeof(RotationSettings))]
[JsonSerializable(typeof(TaskState))]
[JsonSerializable(typeof(RekeyBackup))]
[JsonSerializable(typeof(AuditTable))]
[JsonSerializable(typeof(AuditCheckpoints))]
[JsonSerializable(typeof(EntityRecord))]
[JsonSerializable(typeof(GroupRecord))]
[JsonSerializable(typeof(OidcKeyRecord))]
[JsonSerializable(typeof(OidcRoleRecord))]
[JsonSerializable(typeof(OidcConfigRecord))]
[JsonSerializable(typeof(CorsSettings))]
[JsonSerializable(typeof(UiHeaders))]
[JsonSerializable(typeof(QuotaTable))]
[JsonSerializable(typeof(VersionHistory))]
[JsonSerializable(typeof(ClockNote))]
internal sealed partial class KernelJson : JsonSerializerContext;
