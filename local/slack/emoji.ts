/** The emoji that tricost's messages name; Slack knows some two thousand. An unknown name is shown as it was written. */
const EMOJI: Readonly<Record<string, string>> = {
  bar_chart: '📊',
  bell: '🔔',
  chart_with_downwards_trend: '📉',
  chart_with_upwards_trend: '📈',
  fire: '🔥',
  green_heart: '💚',
  grey_question: '❔',
  hourglass_flowing_sand: '⏳',
  label: '🏷️',
  moneybag: '💰',
  new: '🆕',
  rotating_light: '🚨',
  seedling: '🌱',
  sparkles: '✨',
  warning: '⚠️',
  white_check_mark: '✅',
  x: '❌',
  zap: '⚡',
};

export function replaceEmoji(text: string): string {
  return text.replace(/:([a-z0-9_+-]+):/g, (written, name: string) => EMOJI[name] ?? written);
}
