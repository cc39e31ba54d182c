using Coffer.Aws.Signing;
using CsCheck;

namespace Coffer.Aws.Tests.Signing;

public sealed class TextTests
{
    [Fact]
    public void Decoding_undoes_encoding() =>
        Gen.Byte.Array[0, 100].Sample(bytes => UriText.Decode(UriText.Encode(bytes), plusIsSpace: true).AsSpan().SequenceEqual(bytes));

    [Fact]
    public void Credentials_do_not_print_their_secret() =>
        Assert.Equal("AwsCredentials(AKIDEXAMPLE, redacted)", new AwsCredentials("AKIDEXAMPLE", "a-secret-of-the-test", "token").ToString());
}
