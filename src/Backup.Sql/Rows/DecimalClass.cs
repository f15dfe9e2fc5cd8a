namespace Backup.Sql.Rows;

/// <summary>The classes of decimals in the order of their values: the second byte of an encoded key.</summary>
internal enum DecimalClass : byte
{
    NegativeInfinity = 1,
    Negative = 2,
    Zero = 3,
    Positive = 4,
    Infinity = 5,
    NotANumber = 6,
}
