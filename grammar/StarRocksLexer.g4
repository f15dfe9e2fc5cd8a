// Words of the StarRocks dialect; see CockroachLexer.g4 for the characters beyond ASCII.
lexer grammar StarRocksLexer;

options { caseInsensitive = true; tokenVocab = CockroachLexer; }

import Keywords, Marks;

STRING: '\'' (~['\\] | '\'\'' | '\\' .)* '\'' | '"' (~["\\] | '""' | '\\' .)* '"';
QUOTED_NAME: '`' (~[`] | '``')* '`';
UNTERMINATED_STRING: '\'' (~['\\] | '\'\'' | '\\' .)* '\\'? | '"' (~["\\] | '""' | '\\' .)* '\\'?;
UNTERMINATED_NAME: '`' (~[`] | '``')*;

// A word may begin with digits; one in the shape of a number is a number. After a dot such a word would read as a
// number and a name: TokenReader cuts the dot off.
NUMBER: DECIMAL_NUMBER;
DIGIT_WORD: [0-9]+ LETTER WORD_PART* -> type(IDENTIFIER);
DOTTED_WORD: '.' [0-9]+ LETTER WORD_PART*;

fragment LETTER: [A-Z_$\u007F];
fragment WORD_PART: [A-Z0-9_$\u007F];
