using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Settings;
using Coffer.Client;
using Coffer.Text;

namespace Coffer.Cli.Tokens;

internal sealed class TokenCreateCommand : ApiCommand
{
    private readonly TextFlag _id;
    private readonly TextFlag _displayName;
    private readonly DurationFlag _ttl;
    private readonly DurationFlag _explicitMax;
    private readonly DurationFlag _period;
    private readonly SwitchFlag _renewable;
    private readonly SwitchFlag _orphan;
    private readonly SwitchFlag _noDefault;
    private readonly NumberFlag _uses;
    private readonly TextFlag _role;
    private readonly TextFlag _type;
    private readonly TextMapFlag _metadata;
    private readonly TextListFlag _policies;
    private readonly TextFlag _entityAlias;

    public TokenCreateCommand()
        : base("token create", "Create a new token", "", Arity.None,
            """
            Makes a token below the one in use, with its policies or those
            given.

                $ {0} token create -policy=webapp -ttl=1h
            """, Shows.Field)
    {
        _id = Flag(new TextFlag("id", "The token itself, chosen by you. Needs sudo."));
        _displayName = Flag(new TextFlag("display-name", "A name for logs."));
        _ttl = Flag(new DurationFlag("ttl", "How long the token lives; it can be renewed up to the maximum."));
        _explicitMax = Flag(new DurationFlag("explicit-max-ttl", "The end that no renewal can move."));
        _period = Flag(new DurationFlag("period", "Each renewal lasts this long, without a maximum. Needs sudo."));
        _renewable = Flag(new SwitchFlag("renewable", "Whether the token can be renewed.", initial: true));
        _orphan = Flag(new SwitchFlag("orphan", "Without a parent: the token outlives the one in use. Needs sudo."));
        _noDefault = Flag(new SwitchFlag("no-default-policy", "Leave out the policy \"default\"."));
        _uses = Flag(new NumberFlag("use-limit", "How many requests the token is good for; 0 for any number."));
        _role = Flag(new TextFlag("role", "Token role to create the token by."));
        _type = Flag(new TextFlag("type", "service or batch.", "service"));
        _metadata = Flag(new TextMapFlag("metadata", "Metadata for audit and templates. May be given many times."));
        _policies = Flag(new TextListFlag("policy", "A policy of the token. May be given many times."));
        _entityAlias = Flag(new TextFlag("entity-alias", "Alias of the entity the token is for. Needs -role."));
    }

    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = _role.Value.Length > 0 ? $"auth/token/create/{_role.Value}" : "auth/token/create";
        return call.SendAndPrintAsync(ApiRequest.Post(path, Body()), "Error creating token", "", cancellation);
    }

    private JsonObject Body()
    {
        var body = new JsonObject { ["type"] = _type.Value, ["renewable"] = _renewable.Value && _type.Value != "batch" };
        AddText(body, "id", _id.Value);
        AddText(body, "display_name", _displayName.Value);
        AddText(body, "entity_alias", _entityAlias.Value);
        AddDuration(body, "ttl", _ttl);
        AddDuration(body, "explicit_max_ttl", _explicitMax);
        AddDuration(body, "period", _period);
        if (_orphan.Value)
        {
            body["no_parent"] = true;
        }

        if (_noDefault.Value)
        {
            body["no_default_policy"] = true;
        }

        if (_uses.Value != 0)
        {
            body["num_uses"] = _uses.Value;
        }

        if (_policies.IsSet)
        {
            body["policies"] = new JsonArray([.. _policies.Values.Select(policy => (JsonNode)policy)]);
        }

        if (_metadata.IsSet)
        {
            var metadata = new JsonObject();
            foreach (var (key, value) in _metadata.Values)
            {
                metadata[key] = value;
            }

            body["meta"] = metadata;
        }

        return body;
    }

    private static void AddText(JsonObject body, string name, string value)
    {
        if (value.Length > 0)
        {
            body[name] = value;
        }
    }

    private static void AddDuration(JsonObject body, string name, DurationFlag flag)
    {
        if (flag.IsSet)
        {
            body[name] = GoDuration.Format(flag.Value);
        }
    }
}
