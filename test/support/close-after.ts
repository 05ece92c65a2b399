import { afterEach } from 'vitest'

const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Close this when the test ends, the last opened first. */
export function closeAfter(close: () => Promise<void>): void {
  closing.push(close)
}
