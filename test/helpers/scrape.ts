import type { LiveServer } from '../../src/live/index.ts';

/** What `/metrics` says, by name and labels as they are written. */
export async function scrape(server: Pick<LiveServer, 'url'>): Promise<Map<string, number>> {
  const response = await fetch(`${server.url}metrics`);
  if (!response.ok) throw new Error(`/metrics answers ${response.status}`);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}
