using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Says which parameters of a request were of no effect, as Vault does: a mistyped name must not pass for a setting.</summary>
internal static class ParameterWarnings
{
    /// <summary>Names that one warning holds: a body may have any number of them.</summary>
    private const int NamesMax = 32;

    /// <summary>Characters of a name that is shown: what is longer is a value in the wrong place.</summary>
    private const int NameCharactersMax = 64;

    /// <summary>The reply with what is to be said. Where nothing would have been answered, the answer becomes one that can hold a warning.</summary>
    public static KernelReply AddTo(RequestContext context, KernelReply reply)
    {
        if (context.Route.Match is not { Path: { TakesAnyInput: false } path } match || context.Request.Help || reply.Shape.Bare || reply.Inner is Reply.Refused or Reply.Raw
            || context.Request.Data.ValueKind != JsonValueKind.Object || context.Request.Body.Length > 0)
        {
            // A body that is not parsed has no parameters: its data is only how policies and audit see it.
            return reply;
        }

        List<string>? ignored = null;
        List<string>? replaced = null;
        foreach (var parameter in context.Request.Data.EnumerateObject())
        {
            if (parameter.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (Captures(match.Parameters, parameter))
            {
                (replaced ??= []).Add(parameter.Name);
            }
            else if (!Declares(reply.Shape.Takes.IsDefault ? path.Fields : reply.Shape.Takes, parameter) && !Declares(path.Query, parameter))
            {
                (ignored ??= []).Add(parameter.Name);
            }
        }

        if (ignored is null && replaced is null)
        {
            return reply;
        }

        var warnings = reply.Inner.Warnings;
        warnings = ignored is null ? warnings : warnings.Add($"Endpoint ignored these unrecognized parameters: {List(ignored)}");
        warnings = replaced is null
            ? warnings
            : warnings.Add($"Endpoint replaced the value of these parameters with the values captured from the endpoint's path: {List(replaced)}");
        return reply with { Inner = reply.Inner with { Warnings = warnings } };
    }

    private static bool Captures(Dictionary<string, string> captured, JsonProperty parameter)
    {
        foreach (var name in captured.Keys)
        {
            if (parameter.NameEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Declares(ImmutableArray<Field> fields, JsonProperty parameter)
    {
        foreach (var field in fields)
        {
            if (parameter.NameEquals(field.Name))
            {
                return true;
            }
        }

        return false;
    }

    private static string List(List<string> names)
    {
        var shown = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(NamesMax).Select(Shown);
        return $"[{string.Join(' ', shown)}{(names.Count > NamesMax ? " …" : "")}]";
    }

    private static string Shown(string name) => name.Length is > 0 and <= NameCharactersMax && name.All(c => c is > ' ' and < '\u007f') ? name : "(malformed)";
}
