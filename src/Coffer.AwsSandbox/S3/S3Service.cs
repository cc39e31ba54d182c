using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3;

/// <summary>Enough of S3 to see a credential work: buckets, objects and lists.</summary>
/// <param name="store">What it holds; read and written under the account's lock.</param>
internal sealed class S3Service(S3Store store) : IWireService
{
    private readonly S3Router _router = new(S3Table.Operations());

    public string Name => "s3";

    public ISignatureRules Signatures { get; } = new S3SignatureRules();

    public IReadOnlyDictionary<string, string> ParametersOf(WireRequest request) => PresignedQuery.Words(request);

    public string ActionOf(WireRequest request, IReadOnlyDictionary<string, string> parameters) => _router.Find(request, parameters).Name;

    public WireReply Run(ServiceCall call)
    {
        var operation = _router[call.Action];
        var s3 = new S3Call(call, operation, store);
        if (s3.Header("x-amz-expected-bucket-owner") is { } owner && owner != call.Account.AccountId)
        {
            throw AwsFault.Denied("Access Denied");
        }

        if (operation.Permission is { } permission)
        {
            s3.Demand(permission, s3.Target);
        }

        return operation.Run(s3);
    }

    public WireReply Fail(AwsFault fault, WireRequest request, string requestId)
    {
        if (request.Method == "HEAD")
        {
            return WireReply.Empty(fault.Status);
        }

        var xml = new Xml().Open("Error").Text("Code", fault.Code).Text("Message", fault.Message)
            .Text("Resource", request.RawPath).Text("RequestId", requestId).Close();
        return new WireReply(fault.Status, xml.ToBytes(), "application/xml");
    }
}
