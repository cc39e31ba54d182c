using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Calls;

/// <summary>One service of the sandbox.</summary>
internal interface IWireService
{
    /// <summary>The name in credential scopes and at the front of action names.</summary>
    string Name { get; }

    ISignatureRules Signatures { get; }

    /// <summary>What the request says beside its path, body and headers, without what makes up its signature.</summary>
    IReadOnlyDictionary<string, string> ParametersOf(WireRequest request);

    /// <summary>The action that a request asks for; the code InvalidAction when there is no such one.</summary>
    string ActionOf(WireRequest request, IReadOnlyDictionary<string, string> parameters);

    /// <summary>Authorises and does it, all under the account's lock.</summary>
    WireReply Run(ServiceCall call);

    WireReply Fail(AwsFault fault, WireRequest request, string requestId);
}

/// <summary>A call whose signature has been verified.</summary>
internal sealed class ServiceCall
{
    public required Account Account { get; init; }

    public required Principal Caller { get; init; }

    public required string Action { get; init; }

    public required string Region { get; init; }

    public required WireRequest Request { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required string RequestId { get; init; }

    public required DateTimeOffset Now { get; init; }
}
