using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Tidying;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn;

/// <summary>Starts a tidy, as in Vault, and shows how far it is, which Vault does not.</summary>
internal static class TidyPaths
{
    /// <param name="prefix">What both paths begin with: empty, or a folder with its slash.</param>
    public static ImmutableArray<EnginePath> Of(string prefix, string synopsis, Tidy tidy) =>
    [
        new($"{prefix}tidy", synopsis)
        {
            Description = "It repairs what it finds and runs in the background; tidy-status shows how far it is.",
            Write = (_, _) => ValueTask.FromResult(Start(tidy)),
        },
        new($"{prefix}tidy-status", "Shows how far the tidy is, or how the last one came out.")
        {
            Read = (_, _) => ValueTask.FromResult(Show(tidy.Status)),
        },
    ];

    private static Reply Start(Tidy tidy) =>
        new Reply.Empty { Warnings = ["Tidy operation successfully started. Any information from the operation will be printed to the server's logs."] }
            .Shaped(new ReplyShape { Status = 202 })
            .Then(_ => ValueTask.FromResult<Reply?>(
                tidy.TryStart() ? null : new Reply.Empty { Warnings = ["Tidy operation already in progress."] }));

    private static Reply Show(TidyStatus status) => Reply.With(json =>
    {
        json.WriteString("state", status.State);
        if (status.BeginTime is { } begin)
        {
            json.WriteString("begin_time", Rfc3339.Format(begin));
        }

        if (status.EndTime is { } end)
        {
            json.WriteString("end_time", Rfc3339.Format(end));
        }

        json.WriteString("error", status.Error);
        foreach (var (name, count) in status.Counts)
        {
            json.WriteStartObject(name);
            json.WriteNumber("checked", count.Checked);
            json.WriteNumber("repaired", count.Repaired);
            json.WriteNumber("unreadable", count.Unreadable);
            json.WriteEndObject();
        }
    });
}
