using System.Text.Json;
using Coffer.Aws.Calls;
using Coffer.Aws.Connection;
using Coffer.Aws.Iam;
using Coffer.Aws.Sts;
using Coffer.Sdk.Leases;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>Asks STS for the session of a plan. Repeating it gives one more session, and each ends by itself.</summary>
internal sealed class SessionCreation(AwsConnection connection, SessionPlan plan, DateTimeOffset now, CreationTrace trace)
{
    public const string NoPolicy = "must specify at least one of policy_arns or policy_document with federation_token credential_type";

    /// <exception cref="EngineException">AWS refused or was not reached.</exception>
    public async ValueTask<CreatedSecret> RunAsync(CancellationToken cancellation)
    {
        var (document, arns) = await RightsAsync(cancellation);
        var policy = document.Length > 0 ? document : null;
        if (plan.RoleArn is { } role)
        {
            var call = new AssumeRoleCall
            {
                RoleArn = role,
                SessionName = plan.SessionName,
                Duration = plan.Duration,
                Policy = policy,
                PolicyArns = arns,
                Tags = plan.Tags,
                ExternalId = plan.ExternalId,
            };
            const string Assuming = "Error assuming role";
            return Created(Assuming, await MakeAsync(Assuming, () => connection.Sts().AssumeRoleAsync(call, cancellation)), withArn: true);
        }

        if (policy is null && arns.Count == 0)
        {
            throw new EngineException(FailureClass.Invalid, NoPolicy);
        }

        var token = new FederationCall { Name = plan.SessionName, Duration = plan.Duration, Policy = policy, PolicyArns = arns };
        const string Generating = "Error generating STS keys";
        return Created(Generating, await MakeAsync(Generating, () => connection.Sts().GetFederationTokenAsync(token, cancellation)), withArn: false);
    }

    private async ValueTask<AwsSession> MakeAsync(string doing, Func<ValueTask<AwsSession>> call)
    {
        trace.NoteMaking();
        try
        {
            return await call();
        }
        catch (AwsException error)
        {
            trace.NoteFailure(error);
            throw AwsFailure.Of(doing, error);
        }
    }

    /// <summary>STS says when the session ends, and is believed up to what it was asked for: the end comes from outside, and a lease is built on it.</summary>
    private CreatedSecret Created(string doing, AwsSession session, bool withArn)
    {
        var life = session.Expires - now;
        if (life <= TimeSpan.Zero)
        {
            throw new EngineException(
                FailureClass.NeedsOperator,
                $"{doing}: STS answered with credentials that have ended already, by this server's clock: "
                    + "compare its clock with that of the STS endpoint");
        }

        life = life < plan.Duration ? life : plan.Duration;
        return new CreatedSecret(AccessKeys.ReplyData(session.Credentials, withArn ? session.Arn : null, life)) { ExpiresAt = now + life };
    }

    /// <summary>The plan's policies together with those of its groups.</summary>
    private async ValueTask<(string Document, IReadOnlyList<string> Arns)> RightsAsync(CancellationToken cancellation)
    {
        var documents = new List<string>();
        var arns = new List<string>(plan.PolicyArns);
        if (plan.PolicyDocument.Length > 0)
        {
            documents.Add(plan.PolicyDocument);
        }

        foreach (var group in plan.Groups)
        {
            await AwsFailure.During($"Error reading policies of group {group}", AddGroupAsync(connection.Iam(), group, documents, arns, cancellation));
        }

        return (documents.Count > 1 ? Joined(documents) : documents.FirstOrDefault(""), [.. arns.Distinct(StringComparer.Ordinal)]);
    }

    private static async ValueTask AddGroupAsync(
        IamClient iam, string group, List<string> documents, List<string> arns, CancellationToken cancellation)
    {
        arns.AddRange((await iam.ListAttachedGroupPoliciesAsync(group, cancellation)).Select(policy => policy.PolicyArn));
        foreach (var name in await iam.ListGroupPoliciesAsync(group, cancellation))
        {
            documents.Add(await iam.GetGroupPolicyAsync(group, name, cancellation));
        }
    }

    /// <summary>One document with the statements of all.</summary>
    private static string Joined(List<string> documents)
    {
        var statements = new List<string>();
        foreach (var document in documents)
        {
            try
            {
                using var parsed = JsonDocument.Parse(document);
                var statement = parsed.RootElement.GetProperty("Statement");
                statements.AddRange(statement.ValueKind == JsonValueKind.Array
                    ? statement.EnumerateArray().Select(item => item.GetRawText())
                    : [statement.GetRawText()]);
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new EngineException(
                    FailureClass.Invalid, "a policy document of the role or of its groups has no Statement to join with the others", error);
            }
        }

        return PolicyText.Compact($$$"""{"Version":"2012-10-17","Statement":[{{{string.Join(',', statements)}}}]}""") ?? "";
    }
}
