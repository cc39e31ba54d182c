using System.Text.Json.Serialization;

namespace Coffer.Secrets.Kv;

/// <summary>The stored forms of a version 2 mount. Names are short where an entry repeats them for each version.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(KvConfig))]
[JsonSerializable(typeof(KvKey))]
internal sealed partial class KvJson : JsonSerializerContext;
