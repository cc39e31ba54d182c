using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coffer.Kernel.Logging;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Logging;

/// <summary>How a line looks: for people, or as JSON with the member names of Vault's logs. One line in either case, whatever a value holds.</summary>
internal static class LogText
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(LogEvent line, DateTimeOffset time, bool json) => json ? Json(line, time) : Plain(line, time);

    private static string Plain(LogEvent line, DateTimeOffset time)
    {
        var text = new StringBuilder(128);
        text.Append(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).Append(' ');
        text.Append(Mark(line.Level)).Append(' ');
        if (line.Logger != LogNames.Core)
        {
            text.Append(line.Logger).Append(": ");
        }

        text.Append(line.Text);
        for (var i = 0; i < line.Fields.Length; i++)
        {
            text.Append(i == 0 ? ": " : " ").Append(line.Fields[i].Key).Append('=').Append(Quoted(line.Fields[i].Value));
        }

        return text.ToString();
    }

    private static string Json(LogEvent line, DateTimeOffset time)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteString("@level"u8, LogLevels.NameOf(line.Level));
            json.WriteString("@message"u8, line.Text);
            json.WriteString("@module"u8, line.Logger);
            json.WriteString("@timestamp"u8, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            foreach (var (name, value) in line.Fields)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Mark(LogLevel level) => level switch
    {
        LogLevel.Trace => "[TRACE]",
        LogLevel.Debug => "[DEBUG]",
        LogLevel.Information => "[INFO] ",
        LogLevel.Warning => "[WARN] ",
        _ => "[ERROR]",
    };

    private static string Quoted(string value) =>
        value.Length > 0 && value.All(character => character > ' ' && character is not ('"' or '=' or '\\' or '\u007f') && !char.IsControl(character))
            ? value
            : $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
