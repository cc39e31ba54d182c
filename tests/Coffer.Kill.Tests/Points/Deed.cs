using System.Text.Json.Nodes;
using Coffer.Kill.Tests.Running;

namespace Coffer.Kill.Tests.Points;

/// <summary>What the server is doing when it is killed.</summary>
internal abstract class Deed(string name)
{
    /// <summary>Makes one ready: what is prepared here is answered, and meets no kill.</summary>
    /// <returns>The credential it is about; null when the deed makes it.</returns>
    public abstract Task<Credential?> PrepareAsync(Stage stage);

    /// <summary>Asks for it once. Throws when the server dies meanwhile.</summary>
    /// <returns>The credential it is about.</returns>
    public abstract Task<Credential> RunAsync(Stage stage, Credential? prepared);

    public override string ToString() => name;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public sealed class Create() : Deed("create")
    {
        public override async Task<Credential?> PrepareAsync(Stage stage)
        {
            await stage.SetLivesAsync(stage.Seconds(2), stage.Seconds(2));
            return null;
        }

        public override Task<Credential> RunAsync(Stage stage, Credential? prepared) => stage.IssueAsync(Stage.FullRole);
    }

    /// <summary>The maximum was raised since, so that AWS has to be told of a later hard end.</summary>
    public sealed class Renew() : Deed("renew")
    {
        public override async Task<Credential?> PrepareAsync(Stage stage)
        {
            await stage.SetLivesAsync(stage.Seconds(3), stage.Seconds(3));
            var made = await stage.IssueAsync(Stage.FullRole);
            await stage.SetLivesAsync(stage.Seconds(3), 3600);
            return made;
        }

        public override async Task<Credential> RunAsync(Stage stage, Credential? prepared)
        {
            // Past the first hard end, which is rounded up to a whole second.
            var asked = DateTimeOffset.UtcNow;
            var renewal = new JsonObject { ["lease_id"] = prepared!.LeaseId, ["increment"] = stage.Seconds(3) + 1 };
            prepared.Renewed(await stage.Api.WriteAsync("sys/leases/renew", renewal, Cancel), asked);
            return prepared;
        }
    }

    public sealed class Revoke() : Deed("revoke")
    {
        public override async Task<Credential?> PrepareAsync(Stage stage)
        {
            await stage.SetLivesAsync(stage.Seconds(5), stage.Seconds(5));
            return await stage.IssueAsync(Stage.FullRole);
        }

        public override async Task<Credential> RunAsync(Stage stage, Credential? prepared)
        {
            prepared!.MayBeGone = true;
            (await stage.Api.WriteAsync("sys/leases/revoke", new JsonObject { ["lease_id"] = prepared.LeaseId }, Cancel)).Ok();
            return prepared;
        }
    }
}
