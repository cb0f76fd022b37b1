/** One text for 7 and for 30 days. */
export function ofDays(sql: string, days: 7 | 30): string {
  return sql.replaceAll(':days', String(days));
}
