using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Settings;

namespace Coffer.Cli.Kv;

/// <summary>What the commands of the key-value store share: the -mount flag and the sections of their tables.</summary>
internal abstract class KvCommand : ApiCommand
{
    protected KvCommand(string name, string synopsis, string arguments, Arity arity, string about, Shows shows = Shows.Format)
        : base(name, synopsis, arguments, arity, about, shows)
    {
        Mount = Flag(KvPath.MountFlag());
    }

    protected TextFlag Mount { get; }

    protected Task<KvPath> FindAsync(Invocation call, CancellationToken cancellation) =>
        KvPath.FindAsync(call, Mount, call.Arguments.Count > 0 ? call.Arguments[0] : "", cancellation);

    /// <summary>The versions in a repeatable flag that takes comma lists too, each a number.</summary>
    protected static JsonArray Versions(TextListFlag flag) => new([.. flag.Items.Select(version => (JsonNode)version)]);

    /// <summary>Prints the metadata that a write to version 2 returns, under the secret's path.</summary>
    protected static int PrintWritten(Invocation call, JsonObject? envelope, string path)
    {
        if (envelope is null || !call.Printer.IsTable || call.Field.Length > 0 || envelope["data"] is not JsonObject metadata)
        {
            return call.Print(envelope, $"Success! Data written to: {path}");
        }

        PrintPath(call, path, "Secret Path");
        call.Printer.Line(HeaderFor("Metadata", metadata));
        call.Printer.Data(metadata);
        return 0;
    }

    protected static void PrintPath(Invocation call, string path, string title)
    {
        call.Printer.Line(Header(title, path.Length));
        call.Printer.Line(path);
        call.Printer.Line("");
    }

    /// <summary>A title in the middle of as many equal signs as the table below it is wide.</summary>
    protected static string HeaderFor(string title, JsonObject data)
    {
        const int gapAndValue = 9;
        return Header(title, data.Select(pair => pair.Key.Length).DefaultIfEmpty(0).Max() + gapAndValue);
    }

    private static string Header(string title, int width)
    {
        var signs = width - title.Length - 2;
        signs = signs <= 0 ? 4 : signs;
        var side = new string('=', (signs + 1) / 2);
        return $"{side} {title} {side}";
    }
}
