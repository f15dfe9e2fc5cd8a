using System.Globalization;
using Backup.Sql.Access;
using Backup.Sql.Connections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Gives the values of strings, placeholders, booleans and numbers of a statement, and checks its locations.
/// </summary>
internal sealed class ValueBinder(BindingContext context)
{
    public static TextPlace PlaceOf(SyntaxNode node) => PlaceOf(node.Span);

    public static TextPlace PlaceOf(SourceSpan span) => new(span.Line, span.Column, span.Length);

    public string Text(StringOrPlaceholder node) => node switch
    {
        StringLiteral literal => literal.Value,
        Placeholder placeholder => Parameter(placeholder) switch
        {
            null => throw Errors.ParameterIsNull(placeholder.Number, PlaceOf(node)),
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var value => value.ToString() ?? "",
        },
        _ => throw new InvalidOperationException(node.GetType().Name),
    };

    public string? TextOrNull(StringOrPlaceholder? node) => node is null ? null : Text(node);

    public object? Parameter(Placeholder placeholder) =>
        placeholder.Number >= 1 && placeholder.Number <= context.Parameters.Count
            ? context.Parameters[placeholder.Number - 1]
            : throw Errors.MissingParameter(placeholder.Number, PlaceOf(placeholder));

    /// <summary>A boolean option: a literal, a word that means one, or a placeholder.</summary>
    public bool Boolean(string option, Expression? value, bool absent = false)
    {
        var (text, node) = value switch
        {
            null => (null, null),
            BooleanLiteral literal => (literal.Value ? "true" : "false", value),
            _ => (Constant(value), value),
        };
        if (value is null)
            return absent;
        return TryBoolean(text, out var result)
            ? result
            : throw Errors.InvalidOptionValue(option, text ?? "NULL", "true or false", PlaceOf(node!));
    }

    /// <summary>The words that mean true or false.</summary>
    public static bool TryBoolean(string? text, out bool value)
    {
        var word = text?.ToLowerInvariant();
        value = word is "true" or "t" or "yes" or "y" or "on" or "1";
        return value || word is "false" or "f" or "no" or "n" or "off" or "0";
    }

    public int Integer(string option, Expression value, int minimum, int maximum)
    {
        var text = Constant(value);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum
            ? number
            : throw Errors.InvalidOptionValue(
                option, text ?? "NULL", $"a whole number from {minimum} to {maximum}", PlaceOf(value));
    }

    /// <summary>The number of a job, or of something else that is numbered.</summary>
    public long Id(Expression value, string what = "a job", string expected = "the number that SHOW JOBS shows")
    {
        var text = Constant(value);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw Errors.InvalidOptionValue(what, text ?? "NULL", expected, PlaceOf(value));
    }

    /// <summary>The text of a constant; null for NULL and for what is no constant.</summary>
    public string? Constant(Expression value) => value switch
    {
        StringOrPlaceholder text when text is not Placeholder p || Parameter(p) is not null => Text(text),
        NumberLiteral number => number.Text,
        BooleanLiteral boolean => boolean.Value ? "true" : "false",
        TypedLiteral typed => typed.Text,
        CastExpression cast => Constant(cast.Operand),
        ParenthesizedExpression inner => Constant(inner.Inner),
        UnaryExpression { Operator: UnaryOperator.Minus } minus =>
            Constant(minus.Operand) is { } operand ? "-" + operand : null,
        // Published examples write the interval in double quotes, which makes it a name.
        NameExpression name when name.Name.Parts.Count == 1 => name.Name.Last.Text,
        _ => null,
    };

    /// <summary>
    /// Checks a list of locations, and that the user may use them, and gives it sealed: the only one, or the list by
    /// locality with the default one first, which holds manifests and pointers.
    /// </summary>
    /// <param name="locations">The locations.</param>
    /// <param name="reading">
    /// True for a list that is only read from: then localities may be left out, and the first location is the default.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask<string> LocationAsync(
        IReadOnlyList<StringOrPlaceholder> locations, bool reading, CancellationToken cancellationToken)
    {
        if (locations.Count == 1)
            return await LocationAsync(locations[0], cancellationToken).ConfigureAwait(false);
        string? main = null;
        var others = new List<string>();
        var localities = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in locations)
        {
            var uri = await CheckAsync(node, cancellationToken).ConfigureAwait(false);
            CheckLocality(uri.Locality, localities, reading, PlaceOf(node));
            if (uri.Locality == LocalityStore.Default)
                main = context.Vault.Seal(uri);
            else
                others.Add(context.Vault.Seal(uri));
        }

        if (main is null && !(reading && StoreUri.Parse(others[0]).Locality is null))
        {
            throw Errors.InvalidLocality(
                "no location of the list has COCKROACH_LOCALITY=default", PlaceOf(locations[0]));
        }

        return LocationList.Join(main is null ? others : others.Prepend(main));
    }

    /// <summary>The list of an option; null where it is not given.</summary>
    public async ValueTask<string?> LocationOrNullAsync(
        IReadOnlyList<StringOrPlaceholder> locations, bool reading, CancellationToken cancellationToken) =>
        locations.Count == 0
            ? null
            : await LocationAsync(locations, reading, cancellationToken).ConfigureAwait(false);

    /// <summary>Checks a location, and that the user may use it, and seals it.</summary>
    public async ValueTask<string> LocationAsync(StringOrPlaceholder location, CancellationToken cancellationToken) =>
        LocationList.Single(context.Vault.Seal(await CheckAsync(location, cancellationToken).ConfigureAwait(false)));

    /// <summary>Tiers of a locality, <c>region=east,zone=a</c>; null where they are not given.</summary>
    public string? TiersOrNull(StringOrPlaceholder? node)
    {
        if (node is null)
            return null;
        var text = Text(node);
        foreach (var tier in text.Split(',', StringSplitOptions.TrimEntries))
            CheckTier(tier, PlaceOf(node));
        return text;
    }

    private static void CheckLocality(string? locality, HashSet<string> known, bool reading, TextPlace place)
    {
        if (locality is null)
        {
            if (!reading)
                throw Errors.InvalidLocality("a location of the list has no COCKROACH_LOCALITY", place);
            return;
        }

        if (!known.Add(locality))
            throw Errors.InvalidLocality($"locality \"{locality}\" is given twice", place);
        if (locality != LocalityStore.Default)
            CheckTier(locality, place);
    }

    private static void CheckTier(string tier, TextPlace place)
    {
        if (tier.Contains(',', StringComparison.Ordinal) || tier.Split('=') is not [{ Length: > 0 }, { Length: > 0 }])
            throw Errors.InvalidLocality($"locality \"{tier}\" is not of the form key=value", place);
    }

    /// <summary>Checks the location that an external connection is to stand for; a key's too.</summary>
    public async ValueTask<(StoreUri Location, ConnectionType Type)> ConnectionTargetAsync(
        StringOrPlaceholder node, CancellationToken cancellationToken) =>
        await IsKeyAsync(node, cancellationToken).ConfigureAwait(false)
            ? (await CheckKeyAsync(node, cancellationToken).ConfigureAwait(false), ConnectionType.Kms)
            : (await CheckAsync(node, cancellationToken).ConfigureAwait(false), ConnectionType.Storage);

    /// <summary>Checks the locations of keys, and that the user may use them, and seals each.</summary>
    public async ValueTask<IReadOnlyList<string>> KeysAsync(
        IReadOnlyList<StringOrPlaceholder> locations, CancellationToken cancellationToken)
    {
        var keys = new List<string>(locations.Count);
        foreach (var node in locations)
            keys.Add(await KeyAsync(node, cancellationToken).ConfigureAwait(false));
        return keys;
    }

    /// <summary>Checks the location of a key, and that the user may use it, and seals it.</summary>
    public async ValueTask<string> KeyAsync(StringOrPlaceholder node, CancellationToken cancellationToken) =>
        context.Vault.Seal(await CheckKeyAsync(node, cancellationToken).ConfigureAwait(false));

    /// <summary>Tells whether a location names a key, by itself or by the connection that it names.</summary>
    public async ValueTask<bool> IsKeyAsync(StringOrPlaceholder node, CancellationToken cancellationToken)
    {
        try
        {
            var uri = StoreUri.Parse(Text(node));
            return uri.IsNamed
                ? await context.Connections.FindAsync(uri.Host, cancellationToken).ConfigureAwait(false)
                    is { Type: ConnectionType.Kms }
                : context.Keys.Names(uri);
        }
        catch (BackupSqlException error)
        {
            throw Errors.Wrapped(error, PlaceOf(node));
        }
    }

    private async ValueTask<StoreUri> CheckKeyAsync(StringOrPlaceholder node, CancellationToken cancellationToken)
    {
        try
        {
            var uri = StoreUri.Parse(Text(node));
            if (uri.IsNamed)
            {
                await CheckKeyConnectionAsync(uri, PlaceOf(node), cancellationToken).ConfigureAwait(false);
                return uri;
            }

            context.Keys.Check(uri);
            await RequireImplicitAccessAsync(uri, PlaceOf(node), cancellationToken).ConfigureAwait(false);
            return uri;
        }
        catch (BackupSqlException error)
        {
            throw Errors.Wrapped(error, PlaceOf(node));
        }
    }

    private async ValueTask CheckKeyConnectionAsync(
        StoreUri uri, TextPlace place, CancellationToken cancellationToken)
    {
        uri.RefuseParametersExcept();
        var connection = await context.Connections.GetAsync(uri.Host, cancellationToken).ConfigureAwait(false);
        await context.Rights.RequireAsync(
            Privilege.Usage, Securable.Connection(connection.Name), place, cancellationToken).ConfigureAwait(false);
        if (connection.Type != ConnectionType.Kms)
            throw Errors.ConnectionIsNoKey(connection.Name);
        if (uri.Path.Trim('/').Length > 0)
            throw Errors.KeyConnectionWithPath(connection.Name);
        context.Keys.Check(await context.Connections.ResolveAsync(uri, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<StoreUri> CheckAsync(StringOrPlaceholder node, CancellationToken cancellationToken)
    {
        try
        {
            var uri = StoreUri.Parse(Text(node));
            await CheckAsync(uri, PlaceOf(node), cancellationToken).ConfigureAwait(false);
            return uri;
        }
        catch (BackupSqlException error)
        {
            throw Errors.Wrapped(error, PlaceOf(node));
        }
    }

    private async ValueTask CheckAsync(StoreUri uri, TextPlace place, CancellationToken cancellationToken)
    {
        if (!uri.IsNamed)
        {
            context.Providers.Check(uri);
            await RequireImplicitAccessAsync(uri, place, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Who may use a connection may use what it stands for, whatever that takes.
        uri.RefuseParametersExcept();
        var connection = await context.Connections.GetAsync(uri.Host, cancellationToken).ConfigureAwait(false);
        await context.Rights.RequireAsync(
            Privilege.Usage, Securable.Connection(connection.Name), place, cancellationToken).ConfigureAwait(false);
        if (connection.Type != ConnectionType.Storage)
            throw Errors.ConnectionIsKey(connection.Name);
        var target = await context.Connections.ResolveAsync(uri, cancellationToken).ConfigureAwait(false);
        context.Providers.Check(target);
    }

    private async ValueTask RequireImplicitAccessAsync(
        StoreUri uri, TextPlace place, CancellationToken cancellationToken)
    {
        if (uri.NeedsImplicitAccess)
        {
            await context.Rights.RequireAsync(
                Privilege.ExternalIoImplicitAccess, Securable.System, place, cancellationToken).ConfigureAwait(false);
        }
    }
}
