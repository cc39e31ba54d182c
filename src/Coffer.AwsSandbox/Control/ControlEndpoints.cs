using System.Globalization;
using System.Text;
using System.Text.Json;
using Coffer.AwsSandbox.Journal;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Control;

/// <summary>
/// What other processes may ask of the sandbox itself, in JSON and without a signature, since it only listens on loopback:
/// <c>GET /_sandbox/journal?after=N&amp;limit=M</c>, <c>GET /_sandbox/state</c>, <c>POST /_sandbox/reset</c> (also as
/// <c>/moto-api/reset</c>), and <c>GET</c>, <c>POST</c> and <c>DELETE /_sandbox/faults</c>.
/// </summary>
internal sealed class ControlEndpoints(SandboxState state)
{
    private const string Root = "/_sandbox/";

    /// <summary>Null when the request is not for the sandbox itself.</summary>
    public WireReply? Answer(WireRequest request)
    {
        var reset = request is { Method: "POST", RawPath: "/moto-api/reset" } && request.Header("authorization") is null;
        if (!reset && !request.RawPath.StartsWith(Root, StringComparison.Ordinal))
        {
            return null;
        }

        // A web page that a developer happens to have open must not steer the sandbox.
        if (request.Header("origin") is not null)
        {
            return Problem(403, "requests from web pages are refused");
        }

        try
        {
            return (request.Method, reset ? "reset" : request.RawPath[Root.Length..]) switch
            {
                ("POST", "reset") => Reset(),
                ("GET", "journal") => Json(json => FaultsJson.WriteJournal(json, Calls(request), state.Journal.Count)),
                ("GET", "state") => new WireReply(200, Encoding.UTF8.GetBytes(state.Dump()), "application/json"),
                ("GET", "faults") => Json(json => FaultsJson.Write(json, state.Faults)),
                ("POST", "faults") => Arm(request),
                ("DELETE", "faults") => Disarm(),
                ("GET", "") => Json(json => json.WriteString("account", state.AccountId)),
                var (method, path) => Problem(404, $"no {method} {Root}{path}; there are journal, state, reset and faults"),
            };
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException or InvalidOperationException)
        {
            return Problem(400, error.Message);
        }
    }

    private WireReply Reset()
    {
        state.Reset();
        return Json(json => json.WriteString("status", "ok"));
    }

    private WireReply Arm(WireRequest request)
    {
        FaultsJson.Apply(request.Body, state.Faults);
        return Json(json => FaultsJson.Write(json, state.Faults));
    }

    private WireReply Disarm()
    {
        state.Faults.Clear();
        return Json(json => json.WriteString("status", "ok"));
    }

    private System.Collections.Immutable.ImmutableArray<SandboxCall> Calls(WireRequest request)
    {
        var parameters = request.Parameters();
        long Number(string name, long otherwise) =>
            parameters.TryGetValue(name, out var text) ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
        return state.Journal.Read(Number("after", 0), (int)Math.Min(int.MaxValue, Number("limit", 10_000)));
    }

    private static WireReply Problem(int status, string message) => Json(json => json.WriteString("error", message), status);

    private static WireReply Json(Action<Utf8JsonWriter> write, int status = 200)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new WireReply(status, bytes.ToArray(), "application/json");
    }
}
