using System.Collections.Immutable;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>A reply and the shape of its envelope: what will be answered unless it is wrapped.</summary>
internal sealed record Outcome(Reply Reply, ReplyShape Shape)
{
    /// <summary>Where the answer is to be fetched, when it was wrapped.</summary>
    public WrapInfo? Wrap { get; init; }

    /// <summary>What was made for this answer alone.</summary>
    public Entrusted Entrusts { get; init; } = Shape.Entrusts;

    /// <summary>True when there is something that wrapping could hide.</summary>
    public bool CanBeWrapped => Shape is { Bare: false, Wrap: null } && (Reply is Reply.Data || Shape.Auth is not null);

    public AuditEvent EventOf(Way way)
    {
        if (Reply is Reply.Refused refused)
        {
            return way.Event with { Error = refused.Error.Messages.Count > 0 ? string.Join("; ", refused.Error.Messages) : "not found" };
        }

        var data = Wrap is null && Reply is Reply.Data found ? found.Body : (JsonText?)null;
        return way.Event with
        {
            Answer = new AuditAnswer(data, Shape.LeaseId, Wrap is null ? Shape.Auth : null, Wrap ?? Shape.Wrap, Reply.Warnings, HeadersFor(way)),
        };
    }

    public ApiReply ToReply(Way way)
    {
        var reply = BodyFor(way) with { Entrusts = Entrusts };
        var headers = HeadersFor(way);
        return headers.IsEmpty ? reply : reply with { Headers = headers };
    }

    private ApiReply BodyFor(Way way)
    {
        switch (Reply)
        {
            case Reply.Refused refused:
                return ApiReply.From(refused.Error);
            case Reply.Raw raw:
                return new ApiReply(raw.Status, raw.Body) { ContentType = raw.ContentType };
            case Reply.Data data when Shape.Bare:
                return new ApiReply(Shape.Status ?? data.Status, data.Body.Utf8);
            case Reply.Empty { Status: null } when Wrap is null && Shape is { Auth: null, Wrap: null, LeaseId.Length: 0 } && Reply.Warnings.IsEmpty:
                return Shape.Status is { } status ? new ApiReply(status, ReadOnlyMemory<byte>.Empty) : ApiReply.NoContent;
            default:
                var okay = Wrap is not null ? 200 : Reply switch
                {
                    Reply.Data shown => shown.Status,
                    Reply.Empty { Status: { } given } => given,
                    _ => 200,
                };
                return new ApiReply(Shape.Status ?? okay, ToEnvelope(way).Write());
        }
    }

    private ImmutableArray<KeyValuePair<string, string>> HeadersFor(Way way) => Reply.Headers.IsDefaultOrEmpty || Reply is Reply.Refused || Wrap is not null
        ? []
        : [.. Reply.Headers.Where(header => way.Mounted!.Mount.Tuning.AllowedResponseHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase))];

    public Envelope ToEnvelope(Way way)
    {
        var envelope = new Envelope(way.Request.Id) { MountType = way.Mounted?.Mount.Type ?? "", Warnings = Reply.Warnings };
        if ((Wrap ?? Shape.Wrap) is { } wrap)
        {
            return envelope with { Wrap = wrap, Warnings = Wrap is null ? Reply.Warnings : ImmutableArray<string>.Empty };
        }

        var data = Reply as Reply.Data;
        return envelope with
        {
            Data = data?.Body,
            LeaseDuration = data is { LeaseHint: var hint } && hint > TimeSpan.Zero ? hint : Shape.LeaseDuration,
            LeaseId = Shape.LeaseId,
            Renewable = Shape.Renewable,
            End = Shape.End,
            Auth = Shape.Auth,
            DataAtTopLevel = Shape.DataAtTopLevel,
        };
    }
}
