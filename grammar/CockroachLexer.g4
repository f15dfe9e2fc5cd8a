// Words of the CockroachDB dialect. Its token types are those of the parser and of the other lexer.
//
// The character stream hands on every UTF-16 unit beyond ASCII as U+007F: the runtime caches no transition beyond
// ASCII, and to both dialects all those units are letters. Texts of tokens come from the text itself.
//
// What a regular rule cannot see the end of is only begun here, and TokenReader finds its end: block comments (they
// nest), dollar quotes (the tag is free), and strings that go on in a later line.
lexer grammar CockroachLexer;

options { caseInsensitive = true; }

import Keywords, Marks;

tokens { DOTTED_WORD }

STRING: '\'' (~['] | '\'\'')* '\'';
ESCAPE_STRING: 'E\'' (~['\\] | '\'\'' | '\\' .)* '\'';
QUOTED_NAME: '"' (~["] | '""')* '"';
UNTERMINATED_STRING: '\'' (~['] | '\'\'')* | 'E\'' (~['\\] | '\'\'' | '\\' .)* '\\'?;
UNTERMINATED_NAME: '"' (~["] | '""')*;
DOLLAR_QUOTE: '$' ([A-Z_\u007F] [A-Z0-9_\u007F]*)? '$';
PLACEHOLDER: '$' [0-9]+;
NUMBER: DECIMAL_NUMBER;

fragment LETTER: [A-Z_\u007F];
fragment WORD_PART: [A-Z0-9_$\u007F];
