import type { RecordingSource } from './source.ts';

/**
 * Opens one source after the other: all, or none is left open.
 *
 * @throws what opening throws.
 */
export async function openEach<Item, Opened extends RecordingSource>(
  items: readonly Item[],
  open: (item: Item) => Promise<Opened>,
): Promise<Opened[]> {
  const opened: Opened[] = [];
  try {
    for (const item of items) opened.push(await open(item));
    return opened;
  } catch (error) {
    await Promise.all(opened.map((source) => source.close()));
    throw error;
  }
}
