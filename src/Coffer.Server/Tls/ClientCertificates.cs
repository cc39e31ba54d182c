using System.Collections.Immutable;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Coffer.Server.Tls;

/// <summary>The certificates that clients show in their handshakes, kept for as long as the connection.</summary>
internal static class ClientCertificates
{
    /// <summary>Most certificates that are kept of one client: its own and a chain.</summary>
    private const int CertificatesMax = 8;

    private static readonly ConditionalWeakTable<SslStream, Shown> Known = [];

    /// <summary>Notes what a client shows. Called in its handshake, once the client has proved that it holds the key of the first.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="certificate">The client's own.</param>
    /// <param name="chain">What the client sent beside it is in its extra store.</param>
    public static void Note(object stream, X509Certificate2 certificate, X509Chain? chain)
    {
        var others = chain?.ChainPolicy.ExtraStore.Where(other => !other.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)) ?? [];
        Known.AddOrUpdate((SslStream)stream, new Shown([certificate.RawData, .. others.Take(CertificatesMax - 1).Select(other => (ReadOnlyMemory<byte>)other.RawData)]));
    }

    /// <summary>Those of the connection that a request came by; empty without TLS or without a certificate.</summary>
    public static ImmutableArray<ReadOnlyMemory<byte>> Of(IFeatureCollection context) =>
        context.Get<ISslStreamFeature>()?.SslStream is { } stream && Known.TryGetValue(stream, out var shown) ? shown.Certificates : [];

    private sealed record Shown(ImmutableArray<ReadOnlyMemory<byte>> Certificates);
}
