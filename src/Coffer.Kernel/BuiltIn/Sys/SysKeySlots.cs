using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Barrier;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/key-slots</c>: the key slots that open the store. Each is enough by itself. Adding or removing one encrypts nothing again.</summary>
internal sealed class SysKeySlots(KeySlots slots, IReadOnlyList<StaticKeySource> staticKeys, IRandom random)
{
    private static readonly Field<string> Type = Field.Text("type", "Kind of slot to add: static, for a key that the server's configuration names, or shamir.");
    private static readonly Field<string> KeyId = Field.Text("key_id", "Which of the configured static keys; the first if empty.");
    private static readonly Field<long> SecretShares = Field.Integer("secret_shares", "Key shares to make, for a shamir slot.");
    private static readonly Field<long> SecretThreshold = Field.Integer("secret_threshold", "Shares needed to unseal, for a shamir slot.");
    private static readonly Field<string> Id = Field.Text("id", "The slot.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("key-slots", "Lists the key slots, or adds one.")
        {
            Fields = [Type, KeyId, SecretShares, SecretThreshold],
            Read = ListAsync,
            List = ListAsync,
            Write = AddAsync,
            Sudo = true,
        },
        new("key-slots/{id}", "Removes a key slot, unless it is the last.") { Fields = [Id], Delete = RemoveAsync, Sudo = true },
    ];

    private async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var listing = await slots.ListAsync(cancellation);
        return Reply.With(json =>
        {
            json.WriteTexts("keys", listing.Slots.Select(slot => slot.Id).Concat(listing.Damaged));
            json.WriteStartObject("key_info");
            foreach (var slot in listing.Slots)
            {
                json.WriteStartObject(slot.Id);
                Write(json, slot);
                json.WriteEndObject();
            }

            foreach (var id in listing.Damaged)
            {
                json.WriteStartObject(id);
                json.WriteString("type", "damaged");
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private ValueTask<Reply> AddAsync(EngineRequest request, CancellationToken cancellation) => request.Get(Type) switch
    {
        KeySlotKinds.Static => KeyShareOperation.After(request, bare: false, AddStaticAsync),
        KeySlotKinds.Shamir => KeyShareOperation.After(request, bare: false, AddShamirAsync),
        "" => ValueTask.FromResult(Reply.Invalid("missing type: static or shamir")),
        _ => ValueTask.FromResult(Reply.Invalid("unknown type of key slot: there are static and shamir")),
    };

    private async ValueTask<Reply> AddStaticAsync(KernelRequest request, CancellationToken cancellation)
    {
        var wanted = request.Get(KeyId);
        var source = staticKeys.FirstOrDefault(key => wanted.Length == 0 || key.Id == wanted)
            ?? throw new KeyShareException(wanted.Length == 0
                ? "no static key is configured: name one in the server's configuration with seal \"static\" { current_key_id = \"...\", current_key = \"file:///...\" }, and restart it"
                : $"the server's configuration names no static key \"{wanted}\"");
        try
        {
            var slot = await slots.AddStaticAsync(source, cancellation);
            return ShowAdded(slot, []);
        }
        catch (Exception error) when (KeySlots.IsKeyProblem(error))
        {
            throw new KeyShareException($"the static key \"{source.Id}\" cannot be used: {error.Message}");
        }
    }

    private async ValueTask<Reply> AddShamirAsync(KernelRequest request, CancellationToken cancellation)
    {
        var (shares, threshold) = (request.Get(SecretShares), request.Get(SecretThreshold));
        if ((UnsealKeyShares.RangeProblem(shares, threshold) ?? UnsealKeyShares.Problem((int)shares, (int)threshold)) is { } problem)
        {
            throw new KeyShareException(problem);
        }

        if (await slots.ShamirAsync(cancellation) is not null)
        {
            throw new KeyShareException("there are key shares already: `coffer operator rekey` replaces them, with the agreement of those who hold them");
        }

        using var prepared = slots.PrepareShamir((int)shares, (int)threshold);
        await slots.AddAsync(prepared.Slot, prepared.Key, cancellation);
        return ShowAdded(prepared.Slot, prepared.Shares(random));
    }

    private ValueTask<Reply> RemoveAsync(EngineRequest request, CancellationToken cancellation) => KeyShareOperation.After(
        request,
        bare: false,
        async (kernel, ct) => await slots.RemoveAsync(kernel.Get(Id), ct) switch
        {
            SlotRemoval.Removed => Reply.Done,
            SlotRemoval.NotFound => Reply.Refuse(ErrorKind.NotFound, "there is no key slot of this id; `coffer operator slot list` shows them"),
            _ => Reply.Invalid("this is the last key slot, and without it the store could never be opened again; add another first"),
        });

    private static Reply ShowAdded(KeySlot slot, IReadOnlyList<byte[]> shares) => Reply.With(json =>
    {
        json.WriteString("id", slot.Id);
        Write(json, slot);
        if (shares.Count > 0)
        {
            KeyShareJson.Write(json, shares);
        }
    });

    private static void Write(Utf8JsonWriter json, KeySlot slot)
    {
        json.WriteString("type", slot.Kind);
        json.WriteString("created", Rfc3339.Format(slot.Created));
        if (slot is { Shares: { } shares, Threshold: { } threshold })
        {
            json.WriteNumber("secret_shares", shares);
            json.WriteNumber("secret_threshold", threshold);
        }

        if (slot.Parameters.TryGetValue(KeySlots.KeyIdParameter, out var keyId))
        {
            json.WriteString("key_id", keyId);
        }
    }
}
