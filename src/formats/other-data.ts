/** Says what a file holds beside events. */
import type { ReportBuilder } from './report-builder.ts';

/** Notes what is not read: images, inertial samples. @param names none: there is nothing to say. */
export function noteOtherData(
  account: ReportBuilder,
  container: 'archive' | 'file',
  names: readonly string[],
): void {
  if (names.length === 0) return;
  const message = `Beside the events the ${container} has ${names.join(', ')}, not read.`;
  account.note({ code: 'OTHER_DATA', message });
}
