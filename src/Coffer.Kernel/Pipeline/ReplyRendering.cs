using System.Collections.Immutable;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>A reply as the client, the audit log and a wrapping token get it.</summary>
internal static class ReplyRendering
{
    /// <summary>For the audit log.</summary>
    public static AuditEvent EventOf(this KernelReply reply, RequestContext context)
    {
        if (reply.Inner is Reply.Refused refused)
        {
            var said = refused.Error.Messages.Count > 0 ? string.Join("; ", refused.Error.Messages) : "not found";
            return new AuditEvent(context.Subject) { Error = said, Denial = context.Denial };
        }

        var (shape, wrap) = (reply.Shape, reply.Wrap);
        var data = wrap is not null ? null : reply.Inner switch
        {
            Reply.Data found => found.Body,
            Reply.Raw raw => RawBody(raw),
            _ => (JsonText?)null,
        };
        return new AuditEvent(context.Subject)
        {
            Answer = new AuditAnswer(data, shape.LeaseId, wrap is null ? shape.Auth : null, wrap ?? shape.Wrap, reply.Inner.Warnings, HeadersFor(reply, context)),
        };
    }

    /// <summary>For the client.</summary>
    public static ApiReply ToReply(this KernelReply reply, RequestContext context)
    {
        var body = BodyFor(reply, context);
        if (!reply.Entrusts.IsNothing)
        {
            body = body with { Entrusts = reply.Entrusts };
        }

        var headers = HeadersFor(reply, context);
        if (context.Rate is { Headers: { IsDefaultOrEmpty: false } rate })
        {
            headers = [.. rate, .. headers];
        }

        return headers.IsEmpty ? body : body with { Headers = headers };
    }

    /// <summary>The usual envelope.</summary>
    public static Envelope ToEnvelope(this KernelReply reply, RequestContext context)
    {
        var (shape, inner) = (reply.Shape, reply.Inner);
        var envelope = new Envelope(context.Request.Id) { MountType = context.Mounted?.Mount.Type ?? "", Warnings = inner.Warnings };
        if ((reply.Wrap ?? shape.Wrap) is { } wrap)
        {
            return envelope with { Wrap = wrap, Warnings = reply.Wrap is null ? inner.Warnings : [] };
        }

        var data = inner as Reply.Data;
        return envelope with
        {
            Data = data?.Body,
            LeaseDuration = data is { LeaseHint: var hint } && hint > TimeSpan.Zero ? hint : shape.LeaseDuration,
            LeaseId = shape.LeaseId,
            Renewable = shape.Renewable,
            End = shape.End,
            Auth = shape.Auth,
            DataAtTopLevel = shape.DataAtTopLevel,
        };
    }

    /// <summary>Bytes that an engine answers, as the audit log shows them: like any value, by their HMAC.</summary>
    private static JsonText RawBody(Reply.Raw raw) => JsonText.Write(json =>
    {
        json.WriteString("http_content_type", raw.ContentType);
        json.WriteBase64String("http_raw_body", raw.Body.Span);
        json.WriteNumber("http_status_code", raw.Status);
    });

    private static ApiReply BodyFor(KernelReply reply, RequestContext context)
    {
        var shape = reply.Shape;
        switch (reply.Inner)
        {
            case Reply.Refused refused:
                return ApiReply.From(refused.Error);
            case Reply.Raw raw:
                return new ApiReply(raw.Status, raw.Body) { ContentType = raw.ContentType };
            case Reply.Data data when shape.Bare:
                return new ApiReply(shape.Status ?? data.Status, data.Body.Utf8);
            case Reply.Empty { Status: null, Warnings.IsEmpty: true } when reply.Wrap is null && shape is { Auth: null, Wrap: null, LeaseId.Length: 0 }:
                return shape.Status is { } status ? new ApiReply(status, ReadOnlyMemory<byte>.Empty) : ApiReply.NoContent;
            default:
                var okay = reply.Wrap is not null ? 200 : reply.Inner switch
                {
                    Reply.Data shown => shown.Status,
                    Reply.Empty { Status: { } given } => given,
                    _ => 200,
                };
                return new ApiReply(shape.Status ?? okay, reply.ToEnvelope(context).Write());
        }
    }

    private static ImmutableArray<KeyValuePair<string, string>> HeadersFor(KernelReply reply, RequestContext context) =>
        reply.Inner.Headers.IsDefaultOrEmpty || reply.Wrap is not null
            ? []
            : [.. reply.Inner.Headers.Where(header => Passes(context, header.Key))];

    private static bool Passes(RequestContext context, string header) =>
        context.Row?.ReplyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase) == true
        || context.Mounted?.Mount.Tuning.AllowedResponseHeaders.Contains(header, StringComparer.OrdinalIgnoreCase) == true;
}
