using System.Text;
using Coffer.AwsSandbox.Wire;

namespace Coffer.Aws.Tests.Sandbox.Wire;

public sealed class XmlTests
{
    [Fact]
    public void Characters_that_xml_does_not_have_are_written_as_references() =>
        Assert.Equal("<Key>a&#x1;b&#xD;\n&lt;&amp;&gt;</Key>", Written(new Xml().Text("Key", "a\u0001b\r\n<&>")));

    [Fact]
    public void An_empty_element_has_two_tags_and_inherits_the_namespace() =>
        Assert.Equal("<A xmlns=\"urn:a\"><B></B></A>", Written(new Xml().Open("A", "urn:a").Open("B").Close().Close()));

    [Fact]
    public void A_part_is_taken_over_as_it_is()
    {
        var part = new Xml();
        Assert.True(part.IsEmpty);

        part.Text("C", "<").Text("D", true);

        Assert.False(part.IsEmpty);
        Assert.Equal("<A><C>&lt;</C><D>true</D></A>", Written(new Xml().Open("A").Raw(part).Close()));
    }

    private static string Written(Xml xml) => Encoding.UTF8.GetString(xml.ToBytes());
}
