using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Tests.Collections;

/// <summary>The primitives that sealing is made of, against published vectors, through the code that uses them.</summary>
public sealed class SealingVectorTests
{
    private const string ChainId = "000102030405060708090a0b0c0d0e0f";
    private const string LayerId = "101112131415161718191a1b1c1d1e1f";

    // PBKDF2-HMAC-SHA256: RFC 7914, section 11 (both); and the SHA-256 answers to the inputs of RFC 6070.
    [Theory]
    [InlineData("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")]
    [InlineData("Password", "NaCl", 80000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56")]
    [InlineData("password", "salt", 1, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b")]
    [InlineData("password", "salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43")]
    [InlineData("password", "salt", 4096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a")]
    public void A_passphrase_is_stretched_as_RFC_8018_says(string passphrase, string salt, int iterations, string expected)
    {
        var key = new byte[32];
        PassphraseSlots.Stretch(passphrase, Encoding.ASCII.GetBytes(salt), iterations, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    // HKDF-SHA256 with a key of 32 bytes: the vectors of RFC 5869 have keys of other sizes, so these are made by hand
    // from RFC 2104 and RFC 5869, section 2, and the vectors themselves are checked against the same hand.
    [Fact]
    public void Keys_are_derived_as_RFC_5869_says()
    {
        var ikm = Enumerable.Repeat((byte)0x0b, 22).ToArray();
        var salt = Convert.FromHexString("000102030405060708090a0b0c");
        var info = Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9");
        const string Expected =
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        Assert.Equal(Expected, Convert.ToHexStringLower(Hkdf(ikm, salt, info, 42)));

        var random = new SeededRandomSource(3);
        var key = new byte[ChainKey.KeyBytes];
        random.Fill(key);
        using var chain = new ChainKey(ChainId, key);
        var derived = new byte[32];
        chain.Derive(salt, info, derived);
        Assert.Equal(Hkdf(key, salt, info, 32), derived);
    }

    // AES-256-GCM: NIST's gcmEncryptExtIV256.rsp, and cases 14 and 16 of the GCM submission (McGrew and Viega). The
    // seal derives its key and builds nonce and associated data itself, so that its work is compared with a cipher
    // that is first held against the vectors.
    [Theory]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
        "00000000000000000000000000000000", "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919")]
    [InlineData(
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b")]
    [InlineData(
        "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4", "516c33929df5a3284ff463d7", "", "", "",
        "bdc1ac884d332457a1d2664f168c76f0")]
    public void The_cipher_is_the_one_that_NIST_specifies(
        string key, string nonce, string text, string associated, string sealedText, string tag)
    {
        using var cipher = new AesGcm(Convert.FromHexString(key), ObjectSeal.TagBytes);
        var bytes = Convert.FromHexString(text);
        var made = new byte[ObjectSeal.TagBytes];
        // In place, as the seal does it.
        cipher.Encrypt(Convert.FromHexString(nonce), bytes, bytes, made, Convert.FromHexString(associated));
        Assert.Equal(sealedText, Convert.ToHexStringLower(bytes));
        Assert.Equal(tag, Convert.ToHexStringLower(made));
        cipher.Decrypt(Convert.FromHexString(nonce), bytes, made, bytes, Convert.FromHexString(associated));
        Assert.Equal(text, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void A_piece_is_sealed_by_the_letter_of_the_document()
    {
        var key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var salt = Enumerable.Range(100, 32).Select(i => (byte)i).ToArray();
        using var chain = new ChainKey(ChainId, key);
        var seal = new ObjectSeal(chain, "BSQLDATA"u8, LayerId, "data/1", salt);
        var text = "secret"u8.ToArray();
        var tag = new byte[16];
        seal.Seal(new(3, false), [7, 8, 9], text, tag);

        var info = (byte[])
        [
            .. "BSQLSEAL"u8, .. Convert.FromHexString(ChainId), .. Convert.FromHexString(LayerId), .. "data/1"u8,
        ];
        var associated = (byte[])
        [
            .. "BSQLDATA"u8, 1, 0, .. Convert.FromHexString(ChainId), .. Convert.FromHexString(LayerId),
            3, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9, .. "data/1"u8,
        ];
        using var cipher = new AesGcm(Hkdf(key, salt, info, 32), 16);
        var plain = new byte[6];
        cipher.Decrypt((byte[])[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], text, tag, plain, associated);
        Assert.Equal("secret"u8.ToArray(), plain);
        Assert.Equal(Hkdf(key, [], [.. "BSQLCHCK"u8, .. Convert.FromHexString(ChainId)], 32), chain.MakeCheck());
    }

    [Fact]
    public void A_disposed_key_is_zeroed_and_of_no_use()
    {
        var chain = new ChainKey(ChainId, Enumerable.Repeat((byte)7, 32).ToArray());
        var bytes = chain.Bytes;
        chain.Dispose();
        Assert.True(bytes.Span.IndexOfAnyExcept((byte)0) < 0);
        Assert.Throws<ObjectDisposedException>(() => chain.MakeCheck());
    }

    [Fact]
    public void A_slot_opens_with_its_passphrase_in_its_chain_alone()
    {
        var random = new SeededRandomSource(4);
        using var key = ChainKey.Draw(ChainId, random);
        var slot = PassphraseSlots.Wrap(key, "correct horse", PassphraseSlots.LeastIterations, random);
        using var opened = PassphraseSlots.TryUnwrap(slot, ChainId, "correct horse", "slot");
        Assert.True(opened!.Fits(key.MakeCheck()));
        Assert.Null(PassphraseSlots.TryUnwrap(slot, ChainId, "correct horse ", "slot"));
        Assert.Null(PassphraseSlots.TryUnwrap(slot, LayerId, "correct horse", "slot"));
    }

    // HMAC written out, so that nothing of the implementation under test takes part.
    private static byte[] Hkdf(byte[] ikm, byte[] salt, byte[] info, int length)
    {
        var prk = Hmac(salt.Length == 0 ? new byte[32] : salt, ikm);
        var output = new List<byte>();
        byte[] block = [];
        for (byte i = 1; output.Count < length; i++)
            output.AddRange(block = Hmac(prk, [.. block, .. info, i]));
        return [.. output.Take(length)];
    }

    private static byte[] Hmac(byte[] key, byte[] message)
    {
        var padded = new byte[64];
        key.CopyTo(padded, 0);
        var inner = SHA256.HashData([.. padded.Select(b => (byte)(b ^ 0x36)), .. message]);
        return SHA256.HashData([.. padded.Select(b => (byte)(b ^ 0x5c)), .. inner]);
    }
}
