using System.Text.Json;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;
using Coffer.Server.Http.Bodies;

namespace Coffer.Server.Http;

/// <summary>A request that was read, or why it was not. Disposing it frees the parsed body and gives back what it holds of the budget.</summary>
internal sealed record ReadRequest(ApiRequest? Request, ApiReply? Refusal, JsonDocument? Body) : IDisposable
{
    /// <summary>Null for a request without a body.</summary>
    public BodyTicket? Ticket { get; init; }

    public static ReadRequest Refused(ErrorKind kind, params string[] messages) => new(null, ApiReply.From(new ApiError(kind, messages)), null);

    public void Dispose()
    {
        Body?.Dispose();
        Ticket?.Dispose();
    }
}
