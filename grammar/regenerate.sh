#!/bin/sh
# Regenerates src/Backup.Sql/Parsing/Generated from the grammars. Run again without a change in the grammars it leaves
# every byte as it was, so that "git diff --exit-code" afterwards tells whether the committed parser is up to date.
set -eu
cd "$(dirname "$0")"
target=../src/Backup.Sql/Parsing/Generated

npm install --no-audit --no-fund --ignore-scripts --package-lock=false --loglevel=error
rm -rf obj
dotnet restore --verbosity quiet
dotnet msbuild -target:"Antlr4GetBuildDeps;Antlr4Compile" -verbosity:minimal -nologo

mkdir -p "$target"
for name in CockroachLexer StarRocksLexer StatementParser; do
    # ANTLR writes the absolute path of the grammar into its header, and makes everything public.
    sed -e 's|^// Generated from .* by ANTLR \(.*\)$|// Generated from grammar/'"$name"'.g4 by ANTLR \1|' \
        -e 's|^public partial class '"$name"' |internal partial class '"$name"' |' \
        -e 's|^\[System.CLSCompliant(false)\]$||' \
        -e 's|[[:space:]]*$||' \
        "obj/generated/$name.cs" > "$target/$name.cs"
done

# A test compares this stamp with the grammars, so that a parser that was not regenerated does not go unnoticed.
cat CockroachLexer.g4 Keywords.g4 Marks.g4 StarRocksLexer.g4 StatementParser.g4 | sha256sum | cut -d' ' -f1 > "$target/grammar.sha256"
