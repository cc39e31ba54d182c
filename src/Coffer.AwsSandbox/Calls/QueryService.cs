using System.Collections.Frozen;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Calls;

/// <summary>An action of the query protocol.</summary>
/// <param name="Name">As it is written in the parameter Action.</param>
/// <param name="Authorize">Throws AccessDenied unless the caller may.</param>
/// <param name="Run">Does it and writes the result.</param>
internal sealed record QueryAction(string Name, Action<QueryCall> Authorize, Action<QueryCall> Run);

/// <summary>A service of the query protocol: form in, XML out.</summary>
internal sealed class QueryService(string name, string version, string xmlns, IEnumerable<QueryAction> actions) : IWireService
{
    private readonly FrozenDictionary<string, QueryAction> _actions = actions.ToFrozenDictionary(action => action.Name, StringComparer.Ordinal);

    public string Name => name;

    public ISignatureRules Signatures { get; } = new QuerySignatureRules();

    public IReadOnlyDictionary<string, string> ParametersOf(WireRequest request) => request.Parameters();

    public string ActionOf(WireRequest request, IReadOnlyDictionary<string, string> parameters)
    {
        var action = parameters.GetValueOrDefault("Action") ?? "";
        var given = parameters.GetValueOrDefault("Version") ?? version;
        return given == version && _actions.ContainsKey(action)
            ? action
            : throw new AwsFault(400, "InvalidAction", $"Could not find operation {action} for version {given}");
    }

    public WireReply Run(ServiceCall call)
    {
        var query = new QueryCall(call);
        var action = _actions[call.Action];
        action.Authorize(query);
        action.Run(query);
        var xml = new Xml().Open($"{action.Name}Response", xmlns);
        if (!query.Out.IsEmpty || query.HasEmptyResult)
        {
            xml.Open($"{action.Name}Result").Raw(query.Out).Close();
        }

        xml.Open("ResponseMetadata").Text("RequestId", call.RequestId).Close().Close();
        return WireReply.Xml(200, xml);
    }

    public WireReply Fail(AwsFault fault, WireRequest request, string requestId)
    {
        var xml = new Xml().Open("ErrorResponse", xmlns).Open("Error")
            .Text("Type", fault.Status < 500 ? "Sender" : "Receiver")
            .Text("Code", fault.Code)
            .Text("Message", fault.Message)
            .Close().Text("RequestId", requestId).Close();
        return WireReply.Xml(fault.Status, xml);
    }
}
