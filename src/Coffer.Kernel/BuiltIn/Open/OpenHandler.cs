using Coffer.Kernel.Requests;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary>Answers one operation on an open path. It has no mount, no caller and no unit of work: the server may be sealed.</summary>
internal delegate ValueTask<ApiReply> OpenHandler(OpenServer server, ApiRequest request, CancellationToken cancellation);
