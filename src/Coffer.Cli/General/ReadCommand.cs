using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Output;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.General;

internal sealed class ReadCommand() : ApiCommand("read", "Read data and retrieve secrets", "PATH [K=V...]", Arity.AtLeast(1),
    """
    Reads a path: a stored secret, a configuration, or a new credential
    from an engine that makes them on demand. K=V pairs become query
    parameters.

        $ {0} read aws/creds/my-role
    """, Shows.Field | Shows.Raw)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = call.Path(0);
        var request = ApiRequest.Read(path) with { Query = Query(call.DataFrom(1)) };
        if (!call.Printer.IsRaw)
        {
            return call.Print(await call.ReadAsync(request, $"Error reading {path}", cancellation), "");
        }

        var reply = await call.SendAsync(request, $"Error reading: {path}", cancellation);
        if (call.Console.OutputIsTerminal)
        {
            call.Printer.Line(reply.Text);
        }
        else
        {
            call.Console.WriteBytes(reply.Body.Span);
        }

        return 0;
    }

    /// <summary>Data as query parameters; a list gives its name more than once.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Query(JsonObject data)
    {
        var query = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in data)
        {
            var values = value is JsonArray list ? list.Select(GoValue.Of) : [GoValue.Of(value)];
            query.AddRange(values.Select(text => new KeyValuePair<string, string>(key, text)));
        }

        return query;
    }
}
