using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Outbound;
using Coffer.Sdk.Replies;

namespace Coffer.Server.Tests.Engines;

/// <summary>Uses what the SDK offers at the edges of a request: bytes, records, bodies that are not parsed, headers, redirects, client certificates, and an outside server.</summary>
internal sealed class EdgeEngine(IOutbound outbound) : IEngine
{
    private static readonly Field<ReadOnlyMemory<byte>> Input = Field.Bytes("input", "Bytes.");
    private static readonly Field<string> Reference = Field.Text("reference", "Given back.");
    private static readonly Field<ImmutableArray<FieldRecord>> Batch = Field.Records("batch_input", "Records.", [Input, Reference]);
    private static readonly Field<string> Url = Field.Text("url", "What to ask.");
    private static readonly Field<string> Ca = Field.Text("ca", "Whom to trust.");

    /// <summary>Bytes that a handler was given, looked at after its request has ended.</summary>
    public List<ReadOnlyMemory<byte>> Seen { get; } = [];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("bytes", "Counts bytes.") { Fields = [Input, Batch], Write = CountAsync },
        new("raw", "Gives a body back, turned round.") { RawContentTypes = ["application/x-turn"], ReplyHeaders = ["X-Length"], Unauthenticated = true, Write = TurnAsync },
        new("away", "Leads elsewhere.") { ReplyHeaders = ["Location"], Unauthenticated = true, Read = (_, _) => Done(new Reply.Raw(302, "text/plain", default) { Headers = [new("Location", "https://elsewhere.example/")] }) },
        new("refused", "Refuses, with a nonce for the next try.") { ReplyHeaders = ["Replay-Nonce"], Read = (_, _) => Done(Reply.Invalid("no") with { Headers = [new("Replay-Nonce", "n-1"), new("X-Other", "dropped")] }) },
        new("certificate", "Names the certificate that the client shows.") { Unauthenticated = true, Read = ShowCertificateAsync },
        new("ask", "Asks an outside server.") { Fields = [Url, Ca], Prepare = AskAsync, Write = (request, _) => Done(Reply.With(json => json.WriteString("answer", request.Prepared<string>()))) },
    ];

    public static EngineType Type(Action<EdgeEngine>? onMade = null) => new("edge", MountClass.Secret, "for tests", context =>
    {
        var engine = new EdgeEngine(context.Outbound);
        onMade?.Invoke(engine);
        return engine;
    });

    private static ValueTask<Reply> Done(Reply reply) => ValueTask.FromResult(reply);

    private ValueTask<Reply> CountAsync(EngineRequest request, CancellationToken cancellation)
    {
        var batch = request.Get(Batch);
        Seen.Add(request.Get(Input));
        Seen.AddRange(batch.Select(item => item.Get(Input)));
        return Done(Reply.With(json =>
        {
            json.WriteNumber("bytes", request.Get(Input).Length);
            json.WriteStartArray("batch_results");
            foreach (var item in batch)
            {
                json.WriteStartObject();
                json.WriteString("reference", item.Get(Reference));
                json.WriteString("error", item.Problem ?? "");
                json.WriteNumber("bytes", item.Get(Input).Length);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));
    }

    private static ValueTask<Reply> TurnAsync(EngineRequest request, CancellationToken cancellation)
    {
        var turned = request.Body.ToArray();
        Array.Reverse(turned);
        return Done(new Reply.Raw(200, request.ContentType, turned) { Headers = [new("X-Length", $"{turned.Length}")] });
    }

    private static ValueTask<Reply> ShowCertificateAsync(EngineRequest request, CancellationToken cancellation) => Done(Reply.With(json =>
    {
        json.WriteStartArray("subjects");
        foreach (var der in request.ClientCertificates)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            json.WriteStringValue(certificate.Subject);
        }

        json.WriteEndArray();
    }));

    private async ValueTask<Preparation> AskAsync(PrepareRequest request, CancellationToken cancellation)
    {
        try
        {
            var http = outbound.Http(OutboundSettings.Usual with { CaPem = request.Get(Ca) });
            return Preparation.Of(await http.GetStringAsync(new Uri(request.Get(Url)), cancellation));
        }
        catch (HttpRequestException error)
        {
            throw new EngineException(FailureClass.Transient, $"the server could not be asked: {error.HttpRequestError}: {error.InnerException?.Message}", error);
        }
    }
}
