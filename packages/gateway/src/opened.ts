/** What has been opened, to be closed in reverse: the last thing that was opened rests on those before it. */
export interface Opened {
  add(close: () => unknown): void
  close(): Promise<void>
}

export function opened(): Opened {
  const closers: (() => unknown)[] = []
  return {
    add: (close) => void closers.push(close),
    async close() {
      for (const close of closers.splice(0).reverse()) await close()
    },
  }
}
