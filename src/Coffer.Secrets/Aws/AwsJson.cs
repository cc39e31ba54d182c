using System.Text.Json.Serialization;
using Coffer.Secrets.Aws.Configuration;
using Coffer.Secrets.Aws.Credentials;
using Coffer.Secrets.Aws.Roles;

namespace Coffer.Secrets.Aws;

/// <summary>What this engine stores: its configuration, its roles, its plans.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RootConfig))]
[JsonSerializable(typeof(RootRotationState))]
[JsonSerializable(typeof(LeaseConfig))]
[JsonSerializable(typeof(AwsRole))]
[JsonSerializable(typeof(AccessKeysPlan))]
internal sealed partial class AwsJson : JsonSerializerContext;
