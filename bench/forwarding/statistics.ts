export type Runs = readonly number[];

export function percentile(values: Runs, share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

export const middle = (values: Runs): number => percentile(values, 0.5);

export function spread(values: Runs): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${middle(values).toFixed(0)} (${least.toFixed(0)} – ${most.toFixed(0)})`;
}
