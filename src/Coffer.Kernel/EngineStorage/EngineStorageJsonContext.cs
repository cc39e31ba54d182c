using System.Text.Json.Serialization;
using Coffer.Sdk.Storage;

namespace Coffer.Kernel.EngineStorage;

/// <summary>How the entries of this folder are stored. Names and shapes are a format: old entries must stay readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(TaskState))]
internal sealed partial class EngineStorageJsonContext : JsonSerializerContext;
