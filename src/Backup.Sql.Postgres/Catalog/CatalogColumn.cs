using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>A column as the catalog holds it.</summary>
/// <param name="Number">Its number in the relation.</param>
/// <param name="Type">Oid of its type.</param>
/// <param name="Element">Oid of the element's type, where the type is an array; else 0.</param>
/// <param name="Below">Oid of the type, for domains of the one below.</param>
/// <param name="Modifier">The type's modifier; -1 for none.</param>
/// <param name="Sequence">Oid of the sequence of an identity column; else null.</param>
/// <param name="Definition">Everything else.</param>
internal sealed record CatalogColumn(
    int Number, uint Type, uint Element, uint Below, int Modifier, uint? Sequence, ColumnDefinition Definition)
{
    private const int HeaderBytes = 4;
    private const int SmallInt = 21;
    private const int Int = 23;
    private const int Real = 700;

    /// <summary>The type in neutral terms.</summary>
    /// <param name="idOf">Gives the id of a type of users; null for others.</param>
    public ColumnType Neutral(Func<uint, long?> idOf)
    {
        var kind = NeutralTypes.KindOf(Below);
        var type = kind == ColumnKind.Array
            ? new ColumnType(kind) { Element = Sized(NeutralTypes.ElementOf(Below)) }
            : Sized(Below);
        return type with { TypeId = idOf(Type) ?? (Element == 0 ? null : idOf(Element)) };
    }

    private ColumnType Sized(uint type)
    {
        var neutral = new ColumnType(NeutralTypes.KindOf(type));
        return (neutral.Kind, type) switch
        {
            (ColumnKind.Integer, SmallInt) => neutral with { Precision = 16 },
            (ColumnKind.Integer, Int) => neutral with { Precision = 32 },
            (ColumnKind.Float, Real) => neutral with { Precision = 32 },
            (ColumnKind.Decimal, _) when Modifier >= HeaderBytes => neutral with
            {
                Precision = ((Modifier - HeaderBytes) >> 16) & 0xFFFF,
                Scale = (((Modifier - HeaderBytes) & 0x7FF) ^ 0x400) - 0x400,
            },
            (ColumnKind.Text, _) when Modifier > HeaderBytes => neutral with { Precision = Modifier - HeaderBytes },
            _ => neutral,
        };
    }
}
