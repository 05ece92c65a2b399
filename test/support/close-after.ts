import { onTestFinished } from 'vitest'

/** Close this when the test ends, the last opened first: in every file, also where files share their modules. */
export function closeAfter(close: () => Promise<void>): void {
  onTestFinished(() => close())
}
