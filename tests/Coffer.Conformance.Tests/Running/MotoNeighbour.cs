using Coffer.Aws.Peers.Tests;

namespace Coffer.Conformance.Tests.Running;

/// <summary>The AWS simulator that the recordings were made with, for the cases in which it departs from AWS and the sandbox does not.</summary>
internal static class MotoNeighbour
{
    /// <summary>
    /// It answers GetFederationToken and GetSessionToken with the same example key each time, grants twelve hours of any role, and lets a user do
    /// what no policy allows it.
    /// </summary>
    private static readonly string[] Cases = ["aws/aws-creds-are-real", "aws/aws-legacy-paths", "aws/aws-sts-federation", "aws/aws-sts-ttl"];

    public static bool Suits(string id) => Cases.Contains(id, StringComparer.Ordinal);

    /// <summary>Starts one. On a machine without it the test counts as skipped and says so.</summary>
    public static async Task<(string Value, IAsyncDisposable Neighbour)> StartAsync(CancellationToken cancellation)
    {
        await Peer.NeedMoto();
        var moto = await MotoServer.StartAsync();
        try
        {
            await AwsNeighbour.FurnishAsync(new Uri(moto.Url), cancellation);
            return (moto.Url, moto);
        }
        catch
        {
            await moto.DisposeAsync();
            throw;
        }
    }
}
