// What follows the keywords in both lexers: of two rules that match the same length the first wins, so names and the
// rule that catches everything must come last.
lexer grammar Marks;

options { caseInsensitive = true; }

IDENTIFIER: LETTER WORD_PART*;
INTEGER: [0-9]+;
fragment DECIMAL_NUMBER: ([0-9]+ '.' [0-9]+ | '.' [0-9]+) ('E' [+-]? [0-9]+)? | [0-9]+ 'E' [+-]? [0-9]+;

LPAREN: '(';
RPAREN: ')';
LBRACKET: '[';
RBRACKET: ']';
COMMA: ',';
DOT: '.';
SEMICOLON: ';';
EQUAL: '=';
NOT_EQUAL: '<>' | '!=';
LESS: '<';
LESS_EQUAL: '<=';
GREATER: '>';
GREATER_EQUAL: '>=';
PLUS: '+';
MINUS: '-';
CONCAT: '||';
STAR: '*';
SLASH: '/';
CAST: '::';

COMMENT_START: '/*';
LINE_COMMENT: '--' ~[\r\n]* -> skip;
SPACE: [ \t\r\n\f\u000B]+ -> skip;
OTHER: .;
