using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;
using Coffer.Auth.Userpass;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Secrets.Kv;
using Coffer.Testing;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>A row of some engine's table, at a mount.</summary>
internal sealed record MountedPath(string Mount, EnginePath Row)
{
    public override string ToString() => Mount + Row.Template;

    /// <summary>The operations it answers.</summary>
    public IEnumerable<Operation> Operations =>
        Enum.GetValues<Operation>().Where(operation => operation != Operation.Create && Row.HandlerOf(operation) is not null);

    /// <summary>The path with a text for each parameter.</summary>
    public string With(Func<string, string> textOf) => Mount + string.Join('/', Row.Template.Split('/')
        .Select(part => part.StartsWith('{') ? textOf(NameOf(part)) : part));

    /// <summary>Names of its parameters, in order.</summary>
    public IEnumerable<string> Parameters => Row.Template.Split('/').Where(part => part.StartsWith('{')).Select(NameOf);

    private static string NameOf(string part) => part.Trim('{', '}').Split(':', '.')[0];
}

/// <summary>Every path that there is: the kernel's own, and those of every engine that can be mounted.</summary>
internal static class EveryPath
{
    /// <summary>Engines beside the kernel's own. Found, so that one that comes later is looked at without a change here.</summary>
    public static IReadOnlyList<EngineType> Engines { get; } =
    [
        .. ((Assembly[])[typeof(KvEngines).Assembly, typeof(UserpassMethod).Assembly]).SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Static))
            .Where(property => property.PropertyType == typeof(EngineType) && property.Name == "Type")
            .Select(property => (EngineType)property.GetValue(null)!),
    ];

    /// <summary>A kernel with all of them mounted.</summary>
    public static async Task<KernelHarness> StartAsync(Coffer.Storage.IStore store)
    {
        var harness = await KernelHarness.StartAsync(store, Engines);
        foreach (var (mount, type, options) in Mounts)
        {
            var path = mount.StartsWith("auth/", StringComparison.Ordinal) ? $"sys/{mount}" : $"sys/mounts/{mount}";
            var body = new JsonObject { ["type"] = type, ["options"] = new JsonObject(options.Select(option => KeyValuePair.Create(option.Key, (JsonNode?)option.Value))) };
            (await harness.WriteAsync(path.TrimEnd('/'), body.ToJsonString())).Ok();
        }

        return harness;
    }

    /// <summary>All of them.</summary>
    public static IEnumerable<MountedPath> All =>
    [
        .. BuiltInTables.Of("sys/").Select(row => new MountedPath("sys/", row)),
        .. BuiltInTables.Of("auth/token/").Select(row => new MountedPath("auth/token/", row)),
        .. BuiltInTables.Of("identity/").Select(row => new MountedPath("identity/", row)),
        .. Mounts.Append(("cubbyhole/", "cubbyhole", NoOptions)).SelectMany(mount => EngineOf(mount.Item2, mount.Item3).Paths.Select(row => new MountedPath(mount.Item1, row))),
    ];

    private static ImmutableDictionary<string, string> NoOptions { get; } = ImmutableDictionary<string, string>.Empty;

    private static IEnumerable<(string Mount, string Type, ImmutableDictionary<string, string> Options)> Mounts
    {
        get
        {
            foreach (var type in Engines.Where(type => type.Name != "cubbyhole"))
            {
                var mount = (type.Class == MountClass.Auth ? "auth/" : "") + $"every-{type.Name}/";
                yield return (mount, type.Name, NoOptions);
                if (type == KvEngines.Type)
                {
                    yield return ("every-kv2/", type.Name, NoOptions.Add("version", "2"));
                }
            }
        }
    }

    private static IEngine EngineOf(string type, ImmutableDictionary<string, string> options) => Engines.Single(engine => engine.Name == type)
        .Create(new EngineContext("accessor", options, TimeProvider.System, SystemRandom.Instance, new TestOutbound(new HttpClient())));

    /// <summary>A body in which every declared field has a value of its kind.</summary>
    /// <param name="odd">The field that gets another value, or null.</param>
    /// <param name="value">That value.</param>
    public static JsonObject Body(EnginePath row, Field? odd = null, JsonNode? value = null)
    {
        var body = new JsonObject();
        foreach (var field in row.Fields)
        {
            body[field.Name] = field == odd ? value?.DeepClone() : Plausible(field);
        }

        return body;
    }

    private static JsonNode? Plausible(Field field) => (field.Name, field.Kind) switch
    {
        ("policy", _) => """path "x" { capabilities = ["read"] }""",
        // What is done later would touch entries while another path is looked at.
        ("sync", _) => true,
        // Not together with a password.
        ("password_hash", _) => "",
        ("data", _) => new JsonObject { ["a"] = "b" },
        ("credential_type", _) => "iam_user",
        ("policy_document" or "policy_documents", _) => """{"Version":"2012-10-17","Statement":[]}""",
        ("token_type" or "type", _) => "service",
        ("algorithm", _) => "SHA1",
        ("digits", _) => 6,
        // Not together with a key.
        ("url", _) => "",
        (_, FieldKind.Text) => "text",
        (_, FieldKind.Count or FieldKind.Duration) => 1,
        (_, FieldKind.Boolean) => false,
        (_, FieldKind.TextList) => new JsonArray("text"),
        (_, FieldKind.CountList) => new JsonArray(1),
        _ => new JsonObject { ["a"] = "b" },
    };
}
