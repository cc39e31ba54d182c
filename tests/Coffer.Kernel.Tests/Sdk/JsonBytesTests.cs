using System.Text;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Tests.Sdk;

public sealed class JsonBytesTests
{
    [Fact]
    public void Writing_may_begin_while_something_else_is_being_written()
    {
        var outer = JsonBytes.Write("inner", static (name, json) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("before");
            json.WriteRawValue(JsonBytes.Write(1, static (number, json) => json.WriteNumberValue(number)));
            json.WriteString("name", name);
            json.WriteEndObject();
        });

        Assert.Equal("""{"before":1,"name":"inner"}""", Encoding.UTF8.GetString(outer));
    }

    [Fact]
    public void What_failed_half_way_leaves_nothing_behind()
    {
        Assert.Throws<InvalidOperationException>(() => JsonBytes.Write(0, static (_, json) =>
        {
            json.WriteStartArray();
            json.WriteStringValue("secret");
            json.Flush();
            throw new InvalidOperationException();
        }));

        Assert.Equal("7"u8.ToArray(), JsonBytes.Write(7, static (number, json) => json.WriteNumberValue(number)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(2_000)]
    [InlineData(200_000)]
    public void Every_length_comes_out_whole(int length)
    {
        var text = new string('x', length);

        Assert.Equal($"\"{text}\"", Encoding.UTF8.GetString(JsonBytes.Write(text, static (value, json) => json.WriteStringValue(value))));
        Assert.Equal("\"\""u8.ToArray(), JsonBytes.Write("", static (value, json) => json.WriteStringValue(value)));
    }
}
