const whole = new Intl.NumberFormat('en-US');

/** `1 page`, `10,000 pages`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

/** `12,345`. */
export function grouped(count: number): string {
  return whole.format(count);
}

/** `320 KB`, `2.1 MB`. */
export function toSize(bytes: number): string {
  const kilobytes = Math.max(1, Math.round(bytes / 1000));
  return kilobytes < 1000 ? `${kilobytes} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
