namespace Coffer.Barrier.Tests;

public sealed class AeadVectorTests
{
    [Fact]
    public void Sealing_gives_the_ciphertexts_and_tags_of_nist()
    {
        var run = 0;
        foreach (var vector in Cases("gcmEncryptExtIV256.rsp"))
        {
            using var cipher = Aead.Cipher(vector.Key);
            var box = new byte[vector.Plaintext!.Length + Aead.Overhead];
            vector.Nonce.CopyTo(box, 0);

            Aead.Seal(cipher, vector.Plaintext, box, vector.Associated);

            Assert.Equal(vector.Box, box);
            run++;
        }

        Assert.Equal(375, run);
    }

    [Fact]
    public void Opening_agrees_with_nist_on_what_is_authentic()
    {
        var (authentic, refused) = (0, 0);
        foreach (var vector in Cases("gcmDecrypt256.rsp"))
        {
            using var cipher = Aead.Cipher(vector.Key);
            var plaintext = new byte[vector.Box.Length - Aead.Overhead];
            plaintext.AsSpan().Fill(0xA5);

            var opened = Aead.TryOpen(cipher, vector.Box, plaintext, vector.Associated);

            Assert.Equal(vector.Plaintext is not null, opened);
            Assert.Equal(vector.Plaintext ?? new byte[plaintext.Length], plaintext);
            _ = opened ? authentic++ : refused++;
        }

        Assert.Equal((184, 191), (authentic, refused));
    }

    [Fact]
    public void Sealing_and_opening_agree_with_wycheproof()
    {
        var (valid, invalid) = (0, 0);
        foreach (var vector in Vectors.Json("aes_gcm_256.json").EnumerateArray())
        {
            using var cipher = Aead.Cipher(vector.Hex("key"));
            var (message, associated) = (vector.Hex("msg"), vector.Hex("aad"));
            byte[] box = [.. vector.Hex("iv"), .. vector.Hex("ct"), .. vector.Hex("tag")];
            var plaintext = new byte[message.Length];
            var opened = Aead.TryOpen(cipher, box, plaintext, associated);
            if (vector.GetProperty("result").GetString() == "invalid")
            {
                Assert.False(opened, $"case {vector.GetProperty("tcId")} opened");
                invalid++;
                continue;
            }

            var resealed = new byte[box.Length];
            vector.Hex("iv").CopyTo(resealed, 0);
            Aead.Seal(cipher, message, resealed, associated);

            Assert.True(opened, $"case {vector.GetProperty("tcId")} did not open");
            Assert.Equal(message, plaintext);
            Assert.Equal(box, resealed);
            valid++;
        }

        Assert.Equal((39, 27), (valid, invalid));
    }

    private sealed record Case(byte[] Key, byte[] Nonce, byte[] Associated, byte[] Box, byte[]? Plaintext);

    private static IEnumerable<Case> Cases(string file)
    {
        var fields = new Dictionary<string, byte[]>();
        foreach (var line in Vectors.Lines(file).Append("Count = end"))
        {
            if (line.StartsWith("Count", StringComparison.Ordinal))
            {
                if (fields.Count > 0)
                {
                    yield return new Case(
                        fields["Key"], fields["IV"], fields["AAD"], [.. fields["IV"], .. fields["CT"], .. fields["Tag"]], fields.GetValueOrDefault("PT"));
                }

                fields.Clear();
            }
            else if (!line.StartsWith('[') && line.Split('=', StringSplitOptions.TrimEntries) is [var name, var hex])
            {
                fields[name] = Convert.FromHexString(hex);
            }
        }
    }
}
