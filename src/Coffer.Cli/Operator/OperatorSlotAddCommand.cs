using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorSlotAddCommand : ApiCommand
{
    private readonly TextFlag _type;
    private readonly TextFlag _keyId;
    private readonly NumberFlag _shares;
    private readonly NumberFlag _threshold;

    public OperatorSlotAddCommand()
        : base("operator slot add", "Adds a key slot", "", Arity.None,
            """
            Adds a way into the store, after it was seen to open; nothing is
            encrypted again. A static slot opens with a key that the server's
            configuration names, and unseals the server at its start:

                seal "static" {
                  current_key_id = "2026-1"
                  current_key    = "file:///etc/coffer/unseal.key"
                }

                $ {0} operator slot add -type=static
            """)
    {
        _type = Flag(new TextFlag("type", "static, for a key that the server's configuration names, or shamir, for key shares.", "static"));
        _keyId = Flag(new TextFlag("key-id", "Which of the configured keys. The default is the current one."));
        _shares = Flag(new NumberFlag("key-shares", "Into how many shares the key is split, for shamir.", 5) { Aliases = ["n"] });
        _threshold = Flag(new NumberFlag("key-threshold", "How many shares open it, for shamir.", 3) { Aliases = ["t"] });
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var body = new JsonObject { ["type"] = _type.Value };
        if (_type.Value == "shamir")
        {
            body["secret_shares"] = _shares.Value;
            body["secret_threshold"] = _threshold.Value;
        }
        else
        {
            body["key_id"] = _keyId.Value;
        }

        var reply = await call.SendAsync(ApiRequest.Write("sys/key-slots", body), "Error adding key slot", cancellation);
        var slot = reply.Data ?? [];
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(slot);
            return 0;
        }

        var shares = slot["keys_base64"] as JsonArray ?? [];
        for (var i = 0; i < shares.Count; i++)
        {
            call.Printer.Line($"Unseal Key {i + 1}: {GoValue.Of(shares[i])}");
        }

        call.Printer.Line($"{(shares.Count > 0 ? "\n" : "")}Success! Added key slot {GoValue.Of(slot["id"])}. It opens with {OperatorSlotListCommand.OpensWith(slot)}.");
        return 0;
    }
}
