using System.Buffers;
using System.Text;
using System.Text.Json;
using Coffer.Hcl;

namespace Coffer.Policies;

/// <summary>A value of a policy as JSON, so that a field can read it as it reads what a client sends.</summary>
internal static class PolicyJson
{
    public static ReadOnlyMemory<byte> Of(HclValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, value);
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, HclValue value)
    {
        switch (value)
        {
            case HclString text:
                // By way of UTF-8, which has no half of a surrogate pair: the writer would refuse it.
                json.WriteStringValue(Encoding.UTF8.GetBytes(text.Value));
                break;
            case HclInteger number:
                json.WriteNumberValue(number.Value);
                break;
            case HclFloat number:
                json.WriteNumberValue(number.Value);
                break;
            case HclBoolean truth:
                json.WriteBooleanValue(truth.Value);
                break;
            case HclList list:
                json.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case HclObject members:
                json.WriteStartObject();
                foreach (var member in members.Items)
                {
                    json.WritePropertyName(Encoding.UTF8.GetBytes(member.Key.Text));
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
