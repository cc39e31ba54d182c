using System.Text.Json.Serialization;
using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Wrapping;

/// <summary>What <c>sys/wrapping/lookup</c> tells of a wrapping token. The reply itself lies in the token's cubbyhole; both go with the token.</summary>
public sealed record WrapRecord
{
    public required string CreationPath { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required DateTimeOffset CreationTime { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required TimeSpan Ttl { get; init; }

    /// <summary>What was made for the wrapped reply; null for none.</summary>
    public Entrusted? Entrusts { get; init; }

    /// <summary>The key of a wrap record in the store.</summary>
    internal static string KeyOf(string accessor) => "wrap/" + accessor;

    public override string ToString() => "WrapRecord(redacted)";
}
