using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Text;

namespace Coffer.Secrets.Aws.Configuration;

/// <summary>The path <c>config/lease</c>: lives of credentials of IAM users. Both values or neither; a delete leaves it to the mount again.</summary>
internal static class LeaseConfigPath
{
    private static readonly Field<string> Lease = Field.DurationText("lease", "How long new credentials live, and a renewal adds: 1h, 90m, 3600.");
    private static readonly Field<string> LeaseMax = Field.DurationText("lease_max", "How long credentials may live with all renewals.");

    public static EnginePath Path { get; } = new(LeaseConfig.Key, "How long credentials of IAM users live.")
    {
        Fields = [Lease, LeaseMax],
        Read = ReadAsync,
        Write = (request, _) => ValueTask.FromResult(Write(request)),
        Delete = (request, _) =>
        {
            request.Storage.Delete(LeaseConfig.Key);
            return ValueTask.FromResult(Reply.Done);
        },
    };

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var config = await request.Storage.GetAsync(LeaseConfig.Key, AwsJson.Default.LeaseConfig, cancellation);
        return config is null ? Reply.NotFound : Reply.With(json =>
        {
            json.WriteString("lease", GoDuration.Format(config.Lease));
            json.WriteString("lease_max", GoDuration.Format(config.LeaseMax));
        });
    }

    private static Reply Write(EngineRequest request)
    {
        foreach (var field in (ReadOnlySpan<Field<string>>)[Lease, LeaseMax])
        {
            if (request.Get(field).Length == 0)
            {
                return Reply.Invalid($"'{field.Name}' is a required parameter");
            }
        }

        if (!TryDuration(request, Lease, out var lease, out var problem) || !TryDuration(request, LeaseMax, out var max, out problem))
        {
            return Reply.Invalid(problem);
        }

        request.Storage.Put(LeaseConfig.Key, new LeaseConfig(lease, max), AwsJson.Default.LeaseConfig);
        return Reply.Done;
    }

    private static bool TryDuration(EngineRequest request, Field<string> field, out TimeSpan duration, out string problem)
    {
        var text = request.Get(field);
        var ok = GoDuration.TryParse(text, out duration);
        problem = !ok ? $"Invalid {field.Name}: expected a duration such as 1h, 90m or 3600"
            : duration < TimeSpan.Zero ? $"Invalid {field.Name}: a duration cannot be negative"
            : "";
        return problem.Length == 0;
    }
}
