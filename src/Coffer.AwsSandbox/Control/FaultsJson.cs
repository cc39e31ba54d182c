using System.Text.Json;
using Coffer.AwsSandbox.Faults;
using Coffer.AwsSandbox.Journal;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Control;

/// <summary>Faults and journal as JSON.</summary>
internal static class FaultsJson
{
    /// <summary>Sets what the document names and leaves the rest; its rules are added. Unknown names are refused before anything is set.</summary>
    public static void Apply(byte[] body, SandboxFaults faults)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
        var steps = new List<Action>();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            switch (member.Name)
            {
                case "key_propagation_delay_seconds":
                    var delay = Seconds(member.Value);
                    steps.Add(() => faults.KeyPropagationDelay = delay);
                    break;
                case "calls_per_second_max":
                    var rate = member.Value.GetDouble();
                    steps.Add(() => faults.CallsPerSecondMax = rate);
                    break;
                case "throttle_next":
                    var count = member.Value.GetInt32();
                    steps.Add(() => faults.ThrottleNext = count);
                    break;
                case "rules":
                    var rules = member.Value.EnumerateArray().Select(Rule).ToList();
                    steps.Add(() => rules.ForEach(faults.Add));
                    break;
                default:
                    throw new FormatException(
                        $"unknown field {member.Name}; there are key_propagation_delay_seconds, calls_per_second_max, throttle_next and rules");
            }
        }

        steps.ForEach(step => step());
    }

    public static void Write(Utf8JsonWriter json, SandboxFaults faults)
    {
        json.WriteNumber("key_propagation_delay_seconds", faults.KeyPropagationDelay.TotalSeconds);
        json.WriteNumber("calls_per_second_max", faults.CallsPerSecondMax);
        json.WriteNumber("throttle_next", faults.ThrottleNext);
        json.WriteStartArray("rules");
        foreach (var rule in faults.Pending())
        {
            json.WriteStartObject();
            json.WriteString("service", rule.Service);
            json.WriteString("action", rule.Action);
            json.WriteString("principal", rule.Principal);
            json.WriteNumber("skip", rule.Skip);
            json.WriteNumber("times", rule.Times);
            json.WriteString("kind", Word(rule.Kind));
            json.WriteString("moment", rule.Moment == SandboxFaultMoment.After ? "after" : "before");
            json.WriteString("code", rule.Code);
            json.WriteNumber("status", rule.Status);
            if (rule.Pause is { } pause)
            {
                json.WriteNumber("pause_seconds", pause.TotalSeconds);
                json.WriteBoolean("outlives_caller", rule.OutlivesCaller);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteJournal(Utf8JsonWriter json, IEnumerable<SandboxCall> calls, long count)
    {
        json.WriteNumber("count", count);
        json.WriteStartArray("calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", call.Sequence);
            json.WriteString("time", Xml.FormatTime(call.Time));
            json.WriteString("service", call.Service);
            json.WriteString("action", call.Action);
            json.WriteString("principal", call.Principal);
            json.WriteString("access_key_id", call.AccessKeyId);
            json.WriteStartObject("parameters");
            foreach (var (name, value) in call.Parameters)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteString("outcome", call.Outcome);
            json.WriteNumber("status", call.Status);
            json.WriteBoolean("took_effect", call.TookEffect);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static SandboxFault Rule(JsonElement element)
    {
        var rule = new SandboxFault();
        foreach (var member in element.EnumerateObject())
        {
            var value = member.Value;
            rule = member.Name switch
            {
                "service" => rule with { Service = value.GetString() },
                "action" => rule with { Action = value.GetString() },
                "principal" => rule with { Principal = value.GetString() },
                "skip" => rule with { Skip = value.GetInt32() },
                "times" => rule with { Times = value.GetInt32() },
                "kind" => rule with { Kind = Kind(value.GetString()) },
                "moment" => rule with { Moment = Moment(value.GetString()) },
                "code" => rule with { Code = value.GetString() ?? rule.Code },
                "status" => rule with { Status = value.GetInt32() },
                "pause_seconds" => rule with { Pause = Seconds(value) },
                "outlives_caller" => rule with { OutlivesCaller = value.GetBoolean() },
                _ => throw new FormatException($"unknown field {member.Name} in a rule"),
            };
        }

        return rule;
    }

    private static TimeSpan Seconds(JsonElement value) =>
        value.GetDouble() is >= 0 and <= 86_400 and var seconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException("a number of seconds must be from 0 to 86400");

    private static string Word(SandboxFaultKind kind) => kind switch
    {
        SandboxFaultKind.Error => "error",
        SandboxFaultKind.Hang => "hang",
        _ => "drop",
    };

    private static SandboxFaultKind Kind(string? word) => word switch
    {
        "error" => SandboxFaultKind.Error,
        "hang" => SandboxFaultKind.Hang,
        "drop" => SandboxFaultKind.Drop,
        _ => throw new FormatException($"kind must be error, hang or drop, not {word}"),
    };

    private static SandboxFaultMoment Moment(string? word) => word switch
    {
        "before" => SandboxFaultMoment.Before,
        "after" => SandboxFaultMoment.After,
        _ => throw new FormatException($"moment must be before or after, not {word}"),
    };
}
