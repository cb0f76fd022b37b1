/** bigint and numeric arrive as text, and NULL is what nobody knows. */
import { formatPicoUsd, type PicoUsd, parsePicoUsd } from '../../domain/money.ts';

export function count(text: string | null): number | null {
  return text === null ? null : Number(text);
}

export function money(text: string | null): PicoUsd | null {
  return text === null ? null : parsePicoUsd(text);
}

export function decimal(amount: PicoUsd | null): string | null {
  return amount === null ? null : formatPicoUsd(amount);
}
