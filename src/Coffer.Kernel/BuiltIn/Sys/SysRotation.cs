using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Text;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>The keyring: its state, a new key on demand, and when one comes by itself.</summary>
internal sealed class SysRotation(KeyringRotation keys)
{
    private static readonly Field<bool> Enabled = Field.Boolean("enabled", "Whether a new key comes by itself.", true);
    private static readonly Field<long> MaxOperations = Field.Integer("max_operations", "Entries sealed under one key before the next comes.");
    private static readonly Field<TimeSpan> Interval = Field.Duration("interval", "Age of a key at which the next comes; 0 for any age.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("rotate", "Adds a key to the keyring; what is written from now on is sealed under it.") { Write = RotateAsync, Sudo = true },
        new("rotate/config", "When the keyring gets a new key by itself.")
        {
            Fields = [Enabled, MaxOperations, Interval],
            Read = ReadAsync,
            Write = WriteAsync,
            Sudo = true,
        },
        new("key-status", "Shows the active key's term and age.") { Read = KeyStatusAsync },
    ];

    private ValueTask<Reply> RotateAsync(EngineRequest request, CancellationToken cancellation)
    {
        return ValueTask.FromResult(Reply.Done.Then(async ct =>
        {
            try
            {
                await keys.RotateAsync(ct);
                return null;
            }
            catch (InvalidOperationException full)
            {
                return Reply.Invalid(full.Message);
            }
        }));
    }

    private static async ValueTask<RotationSettings> FindAsync(EngineRequest request, CancellationToken cancellation) =>
        await KernelRequest.Of(request).Work.GetAsync(RotationSettings.StorageKey, SealJsonContext.Default.RotationSettings, cancellation) ?? new RotationSettings();

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var settings = await FindAsync(request, cancellation);
        return Reply.With(json =>
        {
            json.WriteBoolean(Enabled.Name, !settings.Disabled);
            json.WritePropertyName(Interval.Name);
            if (settings.Interval > TimeSpan.Zero)
            {
                json.WriteStringValue(GoDuration.Format(settings.Interval));
            }
            else
            {
                json.WriteNumberValue(0);
            }

            json.WriteNumber(MaxOperations.Name, settings.MaxOperations);
        });
    }

    private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var before = await FindAsync(request, cancellation);
        var after = before with
        {
            Disabled = request.Has(Enabled) ? !request.Get(Enabled) : before.Disabled,
            MaxOperations = request.Has(MaxOperations) ? request.Get(MaxOperations) : before.MaxOperations,
            Interval = request.Has(Interval) ? request.Get(Interval) : before.Interval,
        };
        if (after.Limits.Problems().FirstOrDefault() is { } problem)
        {
            return Reply.Invalid(problem);
        }

        KernelRequest.Of(request).Work.Put(RotationSettings.StorageKey, after, SealJsonContext.Default.RotationSettings);
        return Reply.Done;
    }

    private ValueTask<Reply> KeyStatusAsync(EngineRequest request, CancellationToken cancellation)
    {
        var status = keys.Status;
        return ValueTask.FromResult(KernelReply.TopLevel(json =>
        {
            json.WriteNumber("term", status.Term);
            json.WriteString("install_time", Rfc3339.Format(status.InstallTime));
            json.WriteNumber("encryptions", status.Encryptions);
        }));
    }
}
