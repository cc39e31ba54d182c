using System.Collections.Immutable;
using Coffer.Kernel.BuiltIn.Sys;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation.Jobs;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Identity;

/// <summary>Ends the leases that deleted entities owned.</summary>
internal sealed class EntityLeases(RevocationJobs jobs, JobWait jobWait)
{
    /// <summary>Stores the jobs in the unit of work that deletes the entities, so that no lease can be left behind, and begins them after it.</summary>
    /// <returns>The reply, with the jobs to begin after its commit.</returns>
    public Reply EndAfter(Reply reply, KernelRequest request, params IEnumerable<EntityRecord> entities)
    {
        // Leases that were made before a merge are stored with the id of the entity that was merged.
        var stored = entities
            .SelectMany(entity => entity.MergedEntityIds.Append(entity.Id))
            .Select(id => jobWait.New(request, JobKind.Entity, id))
            .ToImmutableArray();
        foreach (var job in stored)
        {
            JobStore.Put(request.Work, job);
        }

        return reply.Then(() =>
        {
            foreach (var job in stored)
            {
                _ = jobs.Start(job.Id);
            }
        });
    }
}
