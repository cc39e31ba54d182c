using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Coffer.Server.Tests.Telemetry;

/// <summary>Takes what OpenTelemetry's exporters send, over HTTP or gRPC, and keeps it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly SemaphoreSlim _came = new(0);
    private readonly WebApplication _application;
    private readonly bool _grpc;

    private Collector(bool grpc)
    {
        _grpc = grpc;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        _application = builder.Build();
        _application.Run(TakeAsync);
    }

    /// <summary>What each call is answered with.</summary>
    public int Status { get; set; } = 200;

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<Received> All => [.. _received];

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<Collector> StartAsync(bool grpc = false)
    {
        var collector = new Collector(grpc);
        await collector._application.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Everything that was sent to a path, as one message: repeated fields of the same number add up.</summary>
    public ProtoMessage At(string path) => ProtoMessage.Parse([.. _received.Where(call => call.Path == path).SelectMany(call => call.Body)]);

    /// <summary>Completes with the next call that nobody has waited for yet.</summary>
    public async Task NextAsync() => Assert.True(await _came.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken), "nothing came");

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _came.Dispose();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);

        // A message of gRPC has five bytes before it: not compressed, and its length.
        var message = body.ToArray()[(_grpc ? 5 : 0)..];
        _received.Enqueue(new Received(context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), message));
        _came.Release();
        context.Response.StatusCode = Status;
        if (_grpc)
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }

    internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);
}
