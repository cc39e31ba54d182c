using System.Collections.Immutable;
using Coffer.Kernel.Identity.Oidc;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Identity.Oidc;

/// <summary><c>identity/oidc/key</c>: what signs identity tokens.</summary>
internal sealed class OidcKeyPaths(IRandom random)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private static readonly TimeSpan RotationPeriodMin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RotationPeriodMax = TimeSpan.FromDays(3650);
    private static readonly Field<TimeSpan> RotationPeriod = Field.Duration("rotation_period", "How long a key signs before the next one does.", Day);
    private static readonly Field<TimeSpan> VerificationTtl = Field.Duration("verification_ttl", "How long a key still verifies once it signs no more.", Day);
    private static readonly Field<string> Algorithm = Field.Text("algorithm", "RS256, RS384, RS512, ES256, ES384 or ES512.", "RS256");
    private static readonly Field<ImmutableArray<string>> AllowedClientIds =
        Field.TextList("allowed_client_ids", "Clients whose roles may use it; * for all, empty for none.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("oidc/key", "Lists the keys.") { List = async (request, ct) => Reply.Keys(await KernelRequest.WorkOf(request).ListAsync(OidcStore.Keys, ct)) },
        new("oidc/key/{name}", "Reads, writes and deletes a key.")
        {
            Fields = [RotationPeriod, VerificationTtl, Algorithm, AllowedClientIds],
            Description = "A key is turned when rotation_period has passed; the next one is shown among the public keys before it signs.",
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
        new("oidc/key/{name}/rotate", "Turns a key at once.")
        {
            Fields = [VerificationTtl],
            Write = RotateAsync,
        },
    ];

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var key = await OidcStore.FindKeyAsync(KernelRequest.WorkOf(request), request.Param("name"), cancellation);
        return key is null
            ? Reply.NotFound
            : Reply.With(json =>
            {
                json.WriteString("algorithm", key.Algorithm);
                json.WriteTexts("allowed_client_ids", key.AllowedClientIds);
                json.WriteNumber("rotation_period", (long)key.RotationPeriod.TotalSeconds);
                json.WriteNumber("verification_ttl", (long)key.VerificationTtl.TotalSeconds);
            });
    }

    private async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        var name = request.Param("name");
        var before = await OidcStore.FindKeyAsync(work, name, cancellation);
        var rotation = request.Has(RotationPeriod) || before is null ? request.Get(RotationPeriod) : before.RotationPeriod;
        var verification = request.Has(VerificationTtl) || before is null ? request.Get(VerificationTtl) : before.VerificationTtl;
        var algorithm = request.Has(Algorithm) || before is null ? request.Get(Algorithm) : before.Algorithm;
        if ((Problem(rotation, verification, algorithm) ?? await RoleProblemAsync(work, name, verification, cancellation)) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var key = before;
        if (key is null || key.Algorithm != algorithm)
        {
            // Another algorithm needs other keys. Tokens that the old keys signed cannot be verified any more.
            if (key is not null)
            {
                OidcStore.RemovePairs(work, key);
            }

            var made = JwtAlgorithm.Find(algorithm)!;
            key = new OidcKeyRecord
            {
                Name = name,
                Algorithm = algorithm,
                AllowedClientIds = before?.AllowedClientIds ?? [],
                Current = OidcStore.NewPair(work, random, made),
                Next = OidcStore.NewPair(work, random, made),
                NextRotation = request.Now + rotation,
            };
        }

        OidcStore.Put(work, key with
        {
            RotationPeriod = rotation,
            VerificationTtl = verification,
            AllowedClientIds = request.Has(AllowedClientIds) ? request.Get(AllowedClientIds) : key.AllowedClientIds,
            NextRotation = key.RotationPeriod == rotation ? key.NextRotation : request.Now + rotation,
        });
        return Reply.Done;
    }

    private static string? Problem(TimeSpan rotation, TimeSpan verification, string algorithm) =>
        rotation < RotationPeriodMin ? "rotation_period must be at least one minute"
        : rotation > RotationPeriodMax ? "rotation_period must be at most ten years"
        : verification > rotation * 10 ? "verification_ttl cannot be longer than 10x rotation_period"
        : JwtAlgorithm.Find(algorithm) is null ? $"unknown signing algorithm: there are {JwtAlgorithm.Known}"
        : null;

    private static async ValueTask<string?> RoleProblemAsync(UnitOfWork work, string name, TimeSpan verification, CancellationToken cancellation) =>
        (await OidcStore.RolesOfAsync(work, name, cancellation)).Exists(used => used.Role.Ttl > verification)
            ? $"unable to update key \"{name}\" because it is currently referenced by one or more roles with a token ttl greater than "
                + $"{(long)verification.TotalSeconds} seconds"
            : null;

    private async ValueTask<Reply> RotateAsync(EngineRequest request, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        var name = request.Param("name");
        if (await OidcStore.FindKeyAsync(work, name, cancellation) is not { } key)
        {
            return Reply.Invalid($"no named key found at \"{name}\"");
        }

        var ttl = request.Has(VerificationTtl) ? request.Get(VerificationTtl) : key.VerificationTtl;
        OidcStore.Rotate(work, random, OidcStore.Turned(work, random, key, request.Now), request.Now + ttl, request.Now);
        return Reply.Done;
    }

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        var name = request.Param("name");
        if (await OidcStore.FindKeyAsync(work, name, cancellation) is not { } key)
        {
            return Reply.Done;
        }

        var roles = await OidcStore.RolesOfAsync(work, name, cancellation);
        if (roles.Count > 0)
        {
            return Reply.Invalid(
                $"unable to delete key \"{name}\" because it is currently referenced by these roles: {string.Join(", ", roles.Select(used => used.Name))}");
        }

        OidcStore.RemovePairs(work, key);
        work.Delete(OidcStore.Keys + name);
        return Reply.Done;
    }
}
