using System.Text.Json.Nodes;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Logins;
using Coffer.Storage.Memory;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>What cannot be the name of a policy is refused by every field that takes such names, in the same words.</summary>
public sealed class PolicyNameTests
{
    private static readonly string[] BadNames = ["../x", "a//b", ".", "..", "a/./b", "/a", "a/", "x\ny", "\u001b[31mr", "a\0b", "root\u200b", "ro\u00adot", "root\ufe0f", "\uff52oot", "r\u24deot", "\ud835\udc93oot", "de\uff46ault", "respo\u33b1e-wrapping", new('x', PolicyNames.LengthMax + 1)];

    /// <summary>Found by name, so that a field that comes later is looked at without a change here.</summary>
    private static IEnumerable<(MountedPath Path, Field Field)> FieldsOfNames() => EveryPath.All
        .Where(path => path.Row.Write is not null && !path.Row.Unauthenticated)
        .SelectMany(path => path.Row.Fields.Select(taken => (path, taken)))
        .Where(pair => pair.taken.Kind == FieldKind.TextList && pair.taken.Name.Contains("policies", StringComparison.Ordinal));

    [Fact]
    public async Task What_is_no_name_of_a_policy_is_refused_by_every_field_of_names_in_the_same_words()
    {
        await using var harness = await EveryPath.StartAsync(new MemoryStore());
        var wrong = new List<string>();
        var looked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, field) in FieldsOfNames())
        {
            var at = await PrepareAsync(harness, path);
            looked.Add(field.Name);
            foreach (var name in BadNames)
            {
                await RefusedAsync(at, path, field, new JsonArray("fine", name), $"entry 2 of '{TextOf(field)}' is no name of a policy: {PolicyNames.Rule}");
            }

            var many = new JsonArray([.. Enumerable.Range(0, PolicyNames.CountMax + 1).Select(i => (JsonNode)$"p{i}")]);
            await RefusedAsync(at, path, field, many, $"'{TextOf(field)}' has more than {PolicyNames.CountMax} policies");
            if (!field.Name.Contains("disallowed", StringComparison.Ordinal) && !field.Name.Contains("glob", StringComparison.Ordinal))
            {
                await RefusedAsync(at, path, field, new JsonArray("response-wrapping"), "cannot assign policy \"response-wrapping\"");
                await RefusedAsync(at, path, field, new JsonArray(" Control-Group "), "cannot assign policy \"control-group\"");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Superset(
            new HashSet<string> { "policies", "token_policies", "allowed_policies", "disallowed_policies", "allowed_policies_glob", "disallowed_policies_glob" }, looked);

        async Task RefusedAsync(string at, MountedPath path, Field field, JsonArray value, string words)
        {
            var answer = await harness.WriteAsync(at, Body(path, field, value).ToJsonString());
            if (answer.Status != 400 || !((string)answer.Json["errors"]![0]!).Contains(words, StringComparison.Ordinal))
            {
                wrong.Add($"{path} {field.Name} took {value.ToJsonString()[..Math.Min(40, value.ToJsonString().Length)]}: {answer.Status} {answer.Body}");
            }
        }
    }

    /// <summary>A value goes by the field's newer name once it is stored.</summary>
    private static string TextOf(Field field) => field.NewNames is [var name] ? name : field.Name;

    private static JsonObject Body(MountedPath path, Field field, JsonArray value)
    {
        var body = EveryPath.Body(path.Row, field, value);
        foreach (var other in path.Row.Fields.Where(other => other != field && (other.Kind is FieldKind.TextList or FieldKind.NetworkList || other.Name is "id" or "lease")))
        {
            body.Remove(other.Name);
        }

        foreach (var other in (string[])["no_parent", "entity_alias", "period", "canonical_id", "entity_id", "type", "token_type"])
        {
            body.Remove(other);
        }

        return body;
    }

    /// <summary>Makes what has to be there before a path's fields are looked at.</summary>
    /// <returns>The path of it.</returns>
    private static async Task<string> PrepareAsync(Harness.KernelHarness harness, MountedPath path)
    {
        if (path.Row.Template.Contains("users/", StringComparison.Ordinal))
        {
            (await harness.WriteAsync(path.Mount + "users/name1", """{"password":"hunter22"}""")).Ok();
        }

        if (path.Row.Template.StartsWith("create/", StringComparison.Ordinal))
        {
            (await harness.WriteAsync("auth/token/roles/name1", "{}")).Ok();
        }

        if (path.Row.Template.Split("/id/") is not [var kind, _])
        {
            return path.With(_ => "name1");
        }

        (await harness.WriteAsync($"{path.Mount}{kind}/name/byid", "{}")).Ok();
        var id = (string)(await harness.ReadAsync($"{path.Mount}{kind}/name/byid")).Ok().Data["id"]!;
        return path.With(_ => id);
    }
}
