using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Coffer.Bench;

/// <summary>The least that Kestrel can do for a JSON request: the mark that the server is measured against on the same machine.</summary>
internal static class BareEndpoint
{
    // About as long as a reply to a kv read.
    private static readonly byte[] Reply = JsonSerializer.SerializeToUtf8Bytes(new
    {
        request_id = "00000000-0000-0000-0000-000000000000",
        lease_id = "",
        renewable = false,
        lease_duration = 0,
        data = new
        {
            data = new { value = new string('x', 100) },
            metadata = new { created_time = "2024-01-01T00:00:00.000000000Z", custom_metadata = (object?)null, deletion_time = "", destroyed = false, version = 1 },
        },
        wrap_info = (object?)null,
        warnings = (object?)null,
        auth = (object?)null,
    });

    /// <summary>Serves until the process is stopped.</summary>
    public static async Task RunAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        await using var host = builder.Build();
        ((IApplicationBuilder)host).Run(AnswerAsync);
        await host.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Method != "GET")
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        }

        http.Response.ContentType = "application/json";
        http.Response.ContentLength = Reply.Length;
        await http.Response.Body.WriteAsync(Reply, http.RequestAborted);
    }
}
