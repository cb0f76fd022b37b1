/** Evaluates arithmetic that is written out in a case, exactly: `(2006-1920)*2.5/1e6 + 300*10/1e6`, or `1000 + 200 != 1300`. */
import { divideHalfEven, type PicoUsd, parseDecimal } from '../../domain/money.ts';

interface Fraction {
  over: bigint;
  under: bigint;
}

const TOKEN = /\s*(\d+(?:\.\d+)?(?:e\d+)?|[-+*/()])/y;

/** @throws Error when it is not an expression of numbers, + - * / and parentheses */
function evaluate(expression: string): Fraction {
  const tokens = tokensOf(expression);
  let at = 0;
  const next = () => tokens[at++];

  function sum(): Fraction {
    let left = product();
    while (tokens[at] === '+' || tokens[at] === '-') {
      const sign = next() === '-' ? -1n : 1n;
      const right = product();
      left = {
        over: left.over * right.under + sign * right.over * left.under,
        under: left.under * right.under,
      };
    }
    return left;
  }
  function product(): Fraction {
    let left = operand();
    while (tokens[at] === '*' || tokens[at] === '/') {
      const divides = next() === '/';
      const { over, under } = operand();
      if (divides && over === 0n) throw new Error(`division by zero: ${expression}`);
      left = {
        over: left.over * (divides ? under : over),
        under: left.under * (divides ? over : under),
      };
    }
    return left;
  }
  function operand(): Fraction {
    const token = next() ?? '';
    if (token === '(') {
      const inner = sum();
      if (next() !== ')') throw new Error(`a parenthesis is not closed: ${expression}`);
      return inner;
    }
    const decimal = parseDecimal(token);
    if (decimal === undefined) throw new Error(`a number is missing: ${expression}`);
    return { over: decimal.digits, under: 10n ** BigInt(decimal.scale) };
  }

  const value = sum();
  if (at !== tokens.length) throw new Error(`not arithmetic: ${expression}`);
  return value;
}

function tokensOf(expression: string): string[] {
  const text = expression.trim();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) throw new Error(`not arithmetic at ${from}: ${expression}`);
    tokens.push(match[1]);
  }
  return tokens;
}

/** Whole numbers, as counts are. */
export function evaluateCount(expression: string): number {
  const { over, under } = evaluate(expression);
  if (over % under !== 0n) throw new Error(`not a whole number: ${expression}`);
  return Number(over / under);
}

export function evaluateUsd(expression: string): PicoUsd {
  const { over, under } = evaluate(expression);
  return divideHalfEven(over * 10n ** 12n, under);
}

/** Whether a statement holds: two expressions and `=`, `!=` or `>` between them. */
export function holds(statement: string): boolean {
  const match = /^([^=!>]+)(!=|=|>)([^=!>]+)$/.exec(statement);
  if (match === null) throw new Error(`not a statement: ${statement}`);
  const [, left = '', relation, right = ''] = match;
  const [a, b] = [evaluate(left), evaluate(right)];
  const difference = a.over * b.under - b.over * a.under;
  if (relation === '>') return difference > 0n;
  return (relation === '=') === (difference === 0n);
}
