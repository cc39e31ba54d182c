using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Settings of a mount: <c>sys/mounts/PATH/tune</c> and <c>sys/auth/PATH/tune</c>.</summary>
internal sealed class SysMountTuning(RouterFactory routers, SystemTtl systemTtl)
{
    private const string Suffix = "/tune";

    private static readonly Field<string> Description = Field.Text("description", "A line for people.");
    private static readonly Field<ImmutableSortedDictionary<string, string>> Options = Field.TextMap("options", "The engine's own options; an empty value removes one.");

    public static readonly ImmutableArray<Field> Fields = [.. TuningFields.All, Description, Options];

    /// <summary>The path that a tune request names, without its ending.</summary>
    public static bool TryTunePath(string named, out string path)
    {
        var tune = named.EndsWith(Suffix, StringComparison.Ordinal);
        path = tune ? named[..^Suffix.Length] : "";
        return tune;
    }

    public ValueTask<Reply> ReadAsync(KernelRequest request, string path)
    {
        if (request.Router.Table.Find(path) is not { } mount)
        {
            return ValueTask.FromResult(Reply.Invalid($"cannot fetch sysview for path \"{path}\""));
        }

        return ValueTask.FromResult(KernelReply.TopLevel(json => MountJson.WriteTuned(json, mount, systemTtl)));
    }

    public ValueTask<Reply> WriteAsync(KernelRequest request, string path) =>
        ValueTask.FromResult(Write(request, path).Shaped(new ReplyShape { Takes = Fields }));

    private Reply Write(KernelRequest request, string path)
    {
        if (path is "sys/" or "cubbyhole/" or "identity/")
        {
            return Reply.Invalid($"cannot tune \"{path}\"");
        }

        if (request.Router.Table.Find(path) is not { } mount)
        {
            return Reply.Invalid($"tune of path \"{path}\" failed: no mount entry found");
        }

        var sent = FieldValues.Parse(Fields, request.Data, [], out var problem);
        if (sent.Has(TuningFields.TokenType) && mount.Type == "token")
        {
            return Reply.Invalid("'token_type' cannot be set for 'token' or 'ns_token' auth mounts");
        }

        var tuning = TuningFields.Apply(sent, mount.Tuning, mount.Type, routers.TypeOf(mount.Type, mount.Class), mount.Class, systemTtl, enabling: false, out var refused);
        if ((problem ?? refused) is { } wrong)
        {
            return Reply.Invalid(wrong);
        }

        var options = Merge(mount.Options, sent.Get(Options));
        var version = JudgeVersion(mount, options);
        if (version.Problem is { } notThis)
        {
            return Reply.Invalid(notThis);
        }

        var tuned = mount with
        {
            Tuning = tuning,
            Description = sent.Has(Description) ? sent.Get(Description) : mount.Description,
            Options = options,
            HasOptions = mount.HasOptions || sent.Has(Options),
        };
        request.Work.Put(MountTable.StorageKey, request.Router.Table.With(tuned), MountsJsonContext.Default.MountTable);
        return version.Warning is { Length: > 0 } warning ? new Reply.Empty { Warnings = [warning] } : Reply.Done;
    }

    private static ImmutableSortedDictionary<string, string> Merge(
        ImmutableSortedDictionary<string, string> before, ImmutableSortedDictionary<string, string> sent)
    {
        foreach (var (name, value) in sent)
        {
            before = value.Length == 0 ? before.Remove(name) : before.SetItem(name, value);
        }

        return before;
    }

    private VersionVerdict JudgeVersion(MountEntry mount, ImmutableSortedDictionary<string, string> options)
    {
        if (routers.TypeOf(mount.Type, mount.Class)?.Versions is not { } judge)
        {
            return options.ContainsKey("version") && !mount.Options.ContainsKey("version")
                ? new VersionVerdict($"secrets engine \"{mount.Type}\" does not allow setting a version")
                : default;
        }

        return judge(VersionOf(mount.Options), VersionOf(options));
    }

    private static string VersionOf(ImmutableSortedDictionary<string, string> options) => options.GetValueOrDefault("version", "1");
}
